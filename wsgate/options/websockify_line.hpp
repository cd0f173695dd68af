// websockify's form of the command line: [options] [source_addr:]source_port
// [target_addr:target_port]
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace wsgate {

/// The values as they were written. Options that have the same name and meaning here are elsewhere.
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

    /// Whether websockify's form was used: one listener, perhaps inherited, that leads any path to
    /// one target.
    [[nodiscard]] bool is_meant() const { return !words.empty() || !unix_target.empty(); }
};

/// Adds the options to the list; the values outlive the parsing.
void add_websockify_options(service::option_list&, raw_websockify&, config&);

/// Rewrites words of websockify's that the list of options would take for something else. Throws
/// service::bad_option.
[[nodiscard]] std::vector<std::string> plain_words(std::vector<std::string>);

/// To be called after the parsing, and after take_over() of all other options. Looks up the name of
/// the address to listen on. Throws service::bad_option.
void take_over(const raw_websockify&, config&);

} // namespace wsgate
