// Takes the half of an IPv6 address that its owner cannot choose, or all of an IPv4 address.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/source_key.hpp"

#include "net/text/address_range.hpp"

namespace net {

namespace {

/// Marks the keys of IPv4 addresses. No key of an IPv6 client looks so, since clients' networks are
/// in fc00::/7 and 2000::/3.
constexpr std::uint64_t v4_mark = std::uint64_t{1} << 32U;

} // namespace

source_key key_of(const std::optional<asio::ip::address>& address) {
    if (!address) {
        return source_key{};
    }
    const auto plain = net::unmapped(*address);
    if (plain.is_v4()) {
        return source_key{v4_mark | plain.to_v4().to_uint()};
    }
    const auto bytes = plain.to_v6().to_bytes();
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        key = key << 8U | bytes.at(i);
    }
    return source_key{key == 0 ? 1 : key}; // ::1 is a client, too; 0 means no address
}

source_key key_of(const std::optional<asio::ip::address>& address, std::uint64_t kind) {
    constexpr std::uint64_t spread = 0x9e3779b97f4a7c15U; // 2^64 over the golden ratio
    return source_key{static_cast<std::uint64_t>(key_of(address)) ^ (spread * (kind + 1))};
}

} // namespace net
