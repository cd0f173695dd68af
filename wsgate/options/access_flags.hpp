// The options that say who may come in, and where to.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/access/access_options.hpp"

#include <string>
#include <vector>

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
void add_access_options(service::option_list&, raw_access&, access_options&);

/// After the parsing. Throws service::bad_option.
void take_over(const raw_access&, access_options&);

} // namespace wsgate
