// Where to listen: one address, or every address of both families.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

namespace asio = boost::asio;

struct listen_at {
    /// Nothing: every address, of IPv4 and, where the machine has it, of IPv6. 0.0.0.0 is IPv4
    /// alone, and :: IPv6 alone.
    std::optional<asio::ip::address> address;
    std::uint16_t port = 0; ///< 0: any free port, the same for both families

    /// Whether only this machine can connect.
    [[nodiscard]] bool is_loopback() const { return address && address->is_loopback(); }

    friend bool operator==(const listen_at&, const listen_at&) = default;
};

/// Reads "*:6080", "192.0.2.7:6080" and "[2001:db8::7]:6080"; IPv6 in brackets alone. Nothing where
/// it is something else, such as a name, or no address at all.
[[nodiscard]] std::optional<listen_at> parse_listen_at(std::string_view);

/// The same without a port, for several ports: "*", "192.0.2.7", "2001:db8::7", "[2001:db8::7]".
[[nodiscard]] std::optional<listen_at> parse_listen_host(std::string_view);

} // namespace net
