// Asks the kernel where it would send what goes to an address: away, or to this machine itself.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>

namespace net {

namespace asio = boost::asio;

enum class route {
    elsewhere, ///< to another machine
    local,     ///< to this machine: an address of an interface, or local by a route alone
    none,      ///< nowhere: connect(2) would fail at once
    unknown,   ///< the kernel could not be asked
};

/// As the routes are now. Nothing is sent to the address, and nothing is waited for. IPv4 inside
/// IPv6 (::ffff:a.b.c.d) is asked for as IPv4, which is what connect(2) makes of it.
[[nodiscard]] route route_to(const asio::ip::address&);

/// The first way to ask, by netlink (rtnetlink(7), RTM_GETROUTE). Nothing where that is not to be
/// had, as in a unit whose RestrictAddressFamilies= lacks AF_NETLINK.
[[nodiscard]] std::optional<route> route_by_netlink(const asio::ip::address&);

/// The second way: connects a datagram socket, and compares its own address with the other one, and
/// its MTU with that of loopback, by which all goes that is local. Takes an interface of an MTU as
/// large as loopback's (65 536) for local.
[[nodiscard]] route route_by_socket(const asio::ip::address&);

} // namespace net
