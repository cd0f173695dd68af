// The options that say where connections come in and where they lead.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

#include <string>
#include <vector>

namespace wsgate {

/// As they were written.
struct raw_listen {
    std::vector<std::string> listen;
    std::vector<std::string> unix_listen;
    std::string unix_mode;
    std::string server_target;
    std::string viewer_target;
    std::vector<std::string> routes;
    std::string prefix;
};

/// All outlive the parsing.
void add_listen_options(service::option_list&, raw_listen&, config&);

/// They listen at the same addresses, whatever their paths mean there.
[[nodiscard]] bool are_same_places(const std::vector<listen_address>&,
                                   const std::vector<listen_address>&);

/// After the parsing. Throws service::bad_option.
void take_over(const raw_listen&, config&);

} // namespace wsgate
