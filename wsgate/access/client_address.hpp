// Finds the client's address behind a chain of proxies, as far as the chain can be trusted.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/address_range.hpp"
#include "wsgate/http/request.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

enum class real_ip_header { x_forwarded_for, x_real_ip, forwarded };

/// The loopback networks of IPv4 and IPv6.
[[nodiscard]] std::vector<net::address_range> loopback_networks();

struct proxy_rules {
    std::vector<net::address_range> trusted = loopback_networks();
    real_ip_header header = real_ip_header::x_forwarded_for;

    /// Whether the peer is a trusted proxy. Nothing stands for a Unix socket: only those who may
    /// open its file can connect, so it is trusted, unless the list is empty and nobody is trusted.
    [[nodiscard]] bool trusts(const std::optional<asio::ip::address>& peer) const;

    friend bool operator==(const proxy_rules&, const proxy_rules&) = default;
};

/// Reads "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:4711". An
/// IPv4-mapped IPv6 address becomes the IPv4 address.
[[nodiscard]] std::optional<asio::ip::address> parse_forwarded_address(std::string_view);

/// The client's address. `fields`: the values of the header that the rules name, in their order.
/// They are read from the end, where the nearest proxy wrote: trusted addresses are passed over,
/// and the first address that is not trusted is the client's. An element that is no address ends
/// the walk; the last address before it counts. Nothing only for a Unix socket whose fields name
/// nobody.
[[nodiscard]] std::optional<asio::ip::address>
client_address(const proxy_rules&, const std::optional<asio::ip::address>& peer,
               const std::vector<std::string_view>& fields);

[[nodiscard]] std::optional<asio::ip::address>
client_address(const proxy_rules&, const std::optional<asio::ip::address>& peer, const request&);

} // namespace wsgate
