// Where a token leads, and the list of where tokens may lead.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/address_range.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

/// HOST:PORT, or the path of a Unix socket. The host may be a name: whoever wrote the token meant
/// it.
struct token_target {
    std::string where; ///< host, IPv6 without brackets; or an absolute path
    std::uint16_t port = 0;
    bool is_unix = false;
    bool tls = false; ///< spoken there, and verified

    friend bool operator==(const token_target&, const token_target&) = default;
};

/// Split at the last colon, hence "::1:5900" as well as "[::1]:5900", with "tls:" before it where
/// TLS is spoken; "unix_socket:/path" as in websockify's files, or "unix:/path".
[[nodiscard]] std::optional<token_target> parse_token_target(std::string_view);

/// "host:5900", "[::1]:5900", "unix:/path": parse_token_target() takes it back.
[[nodiscard]] std::string to_string(const token_target&);

/// One entry of --allow-target. A name allows just that name: nothing is looked up to find out
/// whether an address fits.
struct target_rule {
    struct unix_path {
        std::string path; ///< one socket, or everything below a directory where it ends with `/`

        friend bool operator==(const unix_path&, const unix_path&) = default;
    };

    std::variant<net::address_range, std::string, unix_path> where;
    std::uint16_t first_port = 0;
    std::uint16_t last_port = 0;

    [[nodiscard]] bool covers(const token_target&) const;

    friend bool operator==(const target_rule&, const target_rule&) = default;
};

/// "10.0.0.0/8:5900-5999, [2001:db8::]/32:5900, host.example:5901, unix:/run/vnc/". The error is a
/// sentence for whoever wrote the list.
[[nodiscard]] boost::system::result<std::vector<target_rule>, std::string>
    parse_target_rules(std::string_view);

} // namespace wsgate
