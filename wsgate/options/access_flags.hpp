// The options that say who may come in, and where to.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/access_options.hpp"

#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class App;
} // namespace CLI

namespace wsgate {

/// As they were written; those with several values may begin with PATH=.
struct raw_access {
    std::vector<std::string> origins;
    std::string trusted_proxies;
    std::vector<std::string> auth_files;
    std::string auth_plugin;
    std::string auth_source;
    std::string token_plugin;
    std::string token_source;
    std::string target_config;
    std::vector<std::string> token_paths;
    std::vector<std::string> allow_targets;
};

/// Both outlive the parsing.
void add_access_options(CLI::App&, raw_access&, access_options&);

/// After the parsing. Throws CLI::ValidationError.
void take_over(const raw_access&, access_options&);

} // namespace wsgate
