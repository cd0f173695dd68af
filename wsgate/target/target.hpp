// The target of a session, as a value and as text.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// Where a session leads: HOST:PORT, where the host is a name, an IPv4 address or an IPv6 address
/// (here without brackets); or a Unix socket.
struct target {
    std::string host; ///< or the absolute path of the socket
    std::uint16_t port = 0;
    bool is_unix = false;
    bool tls = false;                      ///< we speak TLS to it
    std::vector<std::byte> proxy_header{}; ///< sent first, before TLS; empty: none

    friend bool operator==(const target&, const target&) = default;
};

/// Reads "host:5900", "192.0.2.7:5900", "[2001:db8::7]:5900"; "tls:" before it; or "unix:/path".
/// Port 0 is refused.
[[nodiscard]] std::optional<target> parse_target(std::string_view);

/// Writes a text that parse_target() takes back.
[[nodiscard]] std::string to_string(const target&);

} // namespace wsgate
