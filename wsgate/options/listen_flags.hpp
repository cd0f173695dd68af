// The command line's options of listeners, targets and routes.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

#include <string>
#include <vector>

namespace wsgate {

/// The values as they were written.
struct raw_listen {
    std::vector<std::string> listen;
    std::vector<std::string> unix_listen;
    std::string unix_mode;
    std::string server_target;
    std::string viewer_target;
    std::vector<std::string> routes;
    std::string prefix;
};

/// Adds the options to the list; the values outlive the parsing.
void add_listen_options(service::option_list&, raw_listen&, config&);

/// Whether both listen at the same addresses, whatever paths mean there.
[[nodiscard]] bool are_same_places(const std::vector<listen_address>&,
                                   const std::vector<listen_address>&);

/// To be called after the parsing: turns what was written into the configuration. Throws
/// service::bad_option.
void take_over(const raw_listen&, config&);

} // namespace wsgate
