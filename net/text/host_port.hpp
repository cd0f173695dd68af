// Reads HOST:PORT, where the host may be an IPv6 address in brackets.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

namespace asio = boost::asio;

/// The host without its brackets, if it has any: "2001:db8::7" of "[2001:db8::7]".
[[nodiscard]] std::string_view without_brackets(std::string_view host);

struct host_port {
    std::string_view host; ///< without brackets; any text, even none
    std::uint16_t port = 0;
    bool in_brackets = false;
};

/// Cuts at the last colon. Nothing where there is none, or no number of 0 to 65535 behind it.
[[nodiscard]] std::optional<host_port> split_host_port(std::string_view);

/// "name:5900", "[2001:db8::7]:5900": brackets where the host has a colon in it.
[[nodiscard]] std::string join_host_port(std::string_view host, std::uint16_t port);

/// As address.to_string() writes it, but for IPv4 without printf(3), which takes ten times as long.
[[nodiscard]] std::string address_text(const asio::ip::address&);

/// The host as an address; nothing where it is a name. IPv6 counts in brackets alone, since nobody
/// could tell its last group from a port.
[[nodiscard]] std::optional<asio::ip::address> address_in(const host_port&);

} // namespace net
