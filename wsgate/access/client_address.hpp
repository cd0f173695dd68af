// Who is at the far end of a chain of proxies, as far as the chain can be believed.
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

/// Loopback, IPv4 and IPv6.
[[nodiscard]] std::vector<net::address_range> loopback_networks();

struct proxy_rules {
    std::vector<net::address_range> trusted = loopback_networks();
    real_ip_header header = real_ip_header::x_forwarded_for;

    /// Nothing stands for a Unix socket, which only who may open it can use: trusted unless nobody
    /// is.
    [[nodiscard]] bool trusts(const std::optional<asio::ip::address>& peer) const;

    friend bool operator==(const proxy_rules&, const proxy_rules&) = default;
};

/// "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711".
/// IPv4 inside IPv6 comes out as IPv4.
[[nodiscard]] std::optional<asio::ip::address> parse_forwarded_address(std::string_view);

/// `fields`: the values of the header that the rules name, in their order. The list is read from
/// its end, where the nearest proxy wrote, over trusted addresses, to the first that is not; an
/// element that is no address ends it before. Nothing only for a Unix socket that told nobody.
[[nodiscard]] std::optional<asio::ip::address>
client_address(const proxy_rules&, const std::optional<asio::ip::address>& peer,
               const std::vector<std::string_view>& fields);

[[nodiscard]] std::optional<asio::ip::address>
client_address(const proxy_rules&, const std::optional<asio::ip::address>& peer, const request&);

/// The host that the client wrote: Host, or what a trusted proxy says of it.
[[nodiscard]] std::string_view client_host(const request&, bool from_trusted_proxy);

} // namespace wsgate
