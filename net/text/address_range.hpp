// Ranges of IP addresses (CIDR), as in lists of whom to trust.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace net {

namespace asio = boost::asio;

/// IPv4 inside IPv6 (::ffff:a.b.c.d) as IPv4; anything else without its scope, as it is.
[[nodiscard]] asio::ip::address unmapped(const asio::ip::address&);

/// IPv6 as it is, without its scope; IPv4 as ::ffff:a.b.c.d.
[[nodiscard]] asio::ip::address_v6 mapped(const asio::ip::address&);

/// The addresses that share the first `prefix` bits with `address`, whose other bits are zero.
struct address_range {
    asio::ip::address address;
    unsigned prefix = 0;

    /// IPv4 inside IPv6 is in IPv4's networks only: ::/0 does not contain ::ffff:192.0.2.1.
    [[nodiscard]] bool contains(const asio::ip::address&) const;

    friend bool operator==(const address_range&, const address_range&) = default;
};

/// Takes "a.b.c.d", "a.b.c.d/n", "v6", "v6/n", "[v6]" and "[v6]/n"; a bare address is a network of
/// one, bits behind the prefix are of no account, and ::ffff:a.b.c.d/96+n is a.b.c.d/n.
/// The error is a sentence for whoever wrote the text.
[[nodiscard]] boost::system::result<address_range, std::string>
    parse_address_range(std::string_view);

/// "192.0.2.0/24", "2001:db8::/32"; always with its prefix.
[[nodiscard]] std::string to_string(const address_range&);

[[nodiscard]] bool contains(std::span<const address_range>, const asio::ip::address&);

} // namespace net
