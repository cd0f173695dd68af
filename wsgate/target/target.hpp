// Where sessions go, as text and value.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

inline constexpr std::size_t longest_unix_path = 107; // unix(7)

/// HOST:PORT; the host is a name, an IPv4 address, or an IPv6 address (without brackets here). Or a
/// Unix socket.
struct target {
    std::string host; ///< or the absolute path of the socket
    std::uint16_t port = 0;
    std::vector<std::byte> greeting{}; ///< sent first, before TLS: a PROXY header; mostly none
    bool tls = false;
    bool is_unix = false;

    friend bool operator==(const target&, const target&) = default;
};

/// "host:5900", "192.0.2.7:5900", "[2001:db8::7]:5900"; "tls:" before it; or "unix:/path". Port 0
/// is none.
[[nodiscard]] std::optional<target> parse_target(std::string_view);

/// parse_target() takes it back.
[[nodiscard]] std::string to_string(const target&);

} // namespace wsgate
