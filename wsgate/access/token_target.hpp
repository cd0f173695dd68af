// Reads the target that a token names, and the list of targets that tokens may lead to.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/destination_rule.hpp"
#include "wsgate/target/target.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgate {

/// Reads a target as parse_target() does, and also as websockify's files have it: split at the last
/// colon, hence "::1:5900" as well as "[::1]:5900"; "unix_socket:/path" as well as "unix:/path".
/// The host may be any name: whoever wrote the token is trusted. Also reads what to_string() makes
/// of its results.
[[nodiscard]] std::optional<target> parse_token_target(std::string_view);

/// One entry of --allow-target. A name allows only the same name: names are not looked up to
/// compare their addresses.
struct target_rule {
    struct unix_path {
        std::string path; ///< one socket, or everything below a directory where it ends with `/`

        friend bool operator==(const unix_path&, const unix_path&) = default;
    };

    std::variant<net::destination_rule, unix_path> where;

    [[nodiscard]] bool covers(const target&) const;

    friend bool operator==(const target_rule&, const target_rule&) = default;
};

/// Reads a list such as "10.0.0.0/8:5900-5999, [2001:db8::]/32:5900, host.example:5901,
/// unix:/run/vnc/". The error is a sentence for whoever wrote the list.
[[nodiscard]] boost::system::result<std::vector<target_rule>, std::string>
    parse_target_rules(std::string_view);

} // namespace wsgate
