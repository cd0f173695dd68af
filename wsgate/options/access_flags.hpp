// The command line's options of access: origins, proxies, passwords, tokens and limits.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/access/access_options.hpp"

#include <string>
#include <vector>

namespace wsgate {

/// The values as they were written; those that may be given several times may begin with PATH=.
struct raw_access {
    std::vector<std::string> origins;
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> auth_files;
    std::string auth_plugin;
    std::string auth_source;
    std::string token_plugin;
    std::string token_source;
    std::string target_config;
    std::vector<std::string> token_paths;
    std::vector<std::string> allow_targets;
    std::vector<std::string> source_exempt;
};

/// Adds the options to the list; both values outlive the parsing.
void add_access_options(service::option_list&, raw_access&, access_options&);

/// To be called after the parsing: turns what was written into the configuration. Throws
/// service::bad_option.
void take_over(const raw_access&, access_options&);

} // namespace wsgate
