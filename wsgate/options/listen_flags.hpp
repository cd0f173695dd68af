// The options that say where connections come in and where they lead.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/config.hpp"

#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class App;
} // namespace CLI

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

/// Outlives the parsing.
void add_listen_options(CLI::App&, raw_listen&);

/// After the parsing. Throws CLI::ValidationError.
void take_over(const raw_listen&, config&);

} // namespace wsgate
