// websockify's command line: [options] [source_addr:]source_port [target_addr:target_port]
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace wsgate {

/// As they were written. What websockify and we call the same is not here.
struct raw_websockify {
    std::vector<std::string> words; ///< source and target
    std::string unix_target;
    bool verbose = false;
    bool ssl_only = false;
    bool ssl_target = false;
    bool prefer_ipv6 = false;
    bool file_only = false;
    bool traffic = false;
    bool libserver = false;
    bool legacy_syslog = false;
    std::optional<std::chrono::milliseconds> heartbeat;
    std::optional<std::chrono::milliseconds> idle_timeout;
    std::string record;
    std::string wrap_mode;
    std::string key_password;

    /// The gateway is one listener for any path, or inherits that, and leads to one target.
    [[nodiscard]] bool is_meant() const { return !words.empty() || !unix_target.empty(); }
};

/// All outlive the parsing.
void add_websockify_options(service::option_list&, raw_websockify&, config&);

/// Words that the list of options would take for something else, made plain. Throws
/// service::bad_option.
[[nodiscard]] std::vector<std::string> plain_words(std::vector<std::string>);

/// After the parsing and all other options. Looks names up. Throws
/// service::bad_option.
void take_over(const raw_websockify&, config&);

} // namespace wsgate
