// The target of a session as text and as a value.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unix_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

using net::longest_unix_path;

/// HOST:PORT; the host is a name, an IPv4 address, or an IPv6 address (without brackets here). Or a
/// Unix socket.
struct target {
    std::string host; ///< or the absolute path of the socket
    std::uint16_t port = 0;
    bool is_unix = false;
    bool tls = false;                      ///< TLS is spoken there
    std::vector<std::byte> proxy_header{}; ///< sent first, before TLS; mostly none

    friend bool operator==(const target&, const target&) = default;
};

/// "host:5900", "192.0.2.7:5900", "[2001:db8::7]:5900"; "tls:" before it; or "unix:/path". Port 0
/// is none.
[[nodiscard]] std::optional<target> parse_target(std::string_view);

/// Writes a text that parse_target() takes back.
[[nodiscard]] std::string to_string(const target&);

} // namespace wsgate
