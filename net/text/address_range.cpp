// Cuts addresses to a prefix: two are in one network where the rest is equal.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/address_range.hpp"

#include "net/text/escape.hpp"
#include "net/text/host_port.hpp"
#include "net/text/number.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace net {

namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

constexpr unsigned v4_bits = 32;
constexpr unsigned v6_bits = 128;
constexpr unsigned mapped_bits = v6_bits - v4_bits;

template <class Bytes>
Bytes cut(Bytes bytes, unsigned prefix) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto left = std::min<unsigned>(8, prefix);
        bytes.at(i) = static_cast<unsigned char>(bytes.at(i) & (0xff00U >> left));
        prefix -= left;
    }
    return bytes;
}

address cut(const address& a, unsigned prefix) {
    if (a.is_v4()) {
        return address_v4{cut(a.to_v4().to_bytes(), prefix)};
    }
    return address_v6{cut(a.to_v6().to_bytes(), prefix)};
}

std::string quoted(std::string_view text) {
    return std::string{"\""}.append(escaped(text)).append("\"");
}

} // namespace

address unmapped(const address& a) {
    if (a.is_v4()) {
        return a;
    }
    const auto v6 = a.to_v6();
    if (v6.is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
    }
    return address_v6{v6.to_bytes()};
}

address_v6 mapped(const address& a) {
    return a.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, a.to_v4())
                     : address_v6{a.to_v6().to_bytes()};
}

bool address_range::contains(const asio::ip::address& a) const {
    if (a.is_v4() && address.is_v4()) { // the usual case, without taking the bytes apart
        const auto differs = std::uint64_t{a.to_v4().to_uint() ^ address.to_v4().to_uint()};
        return differs >> (v4_bits - prefix) == 0;
    }
    const auto plain = unmapped(a);
    return plain.is_v4() == address.is_v4() && cut(plain, prefix) == cut(address, prefix);
}

boost::system::result<address_range, std::string> parse_address_range(std::string_view text) {
    const auto slash = text.find('/');
    const auto host = without_brackets(text.substr(0, slash));
    boost::system::error_code ec;
    const auto written = asio::ip::make_address(host, ec);
    if (ec || host.find('%') != std::string_view::npos) {
        return quoted(text) + " is not an IPv4 or IPv6 address or network, as 192.0.2.7, "
                              "10.0.0.0/8 or 2001:db8::/32";
    }
    const auto address = unmapped(written);
    const bool is_mapped = address.is_v4() && written.is_v6();
    const unsigned all = written.is_v4() ? v4_bits : v6_bits;
    const unsigned least = is_mapped ? mapped_bits : 0;
    auto prefix = all;
    if (slash != std::string_view::npos) {
        const auto given = parse_number<unsigned>(text.substr(slash + 1));
        if (!given || *given > all || *given < least) {
            return quoted(text)
                .append(": the number of bits behind the slash is ")
                .append(std::to_string(least))
                .append(" to ")
                .append(std::to_string(all));
        }
        prefix = *given;
    }
    return address_range{cut(address, prefix - least), prefix - least};
}

std::string to_string(const address_range& n) {
    return n.address.to_string().append("/").append(std::to_string(n.prefix));
}

bool contains(std::span<const address_range> networks, const asio::ip::address& a) {
    return std::any_of(networks.begin(), networks.end(),
                       [&a](const address_range& n) { return n.contains(a); });
}

} // namespace net
