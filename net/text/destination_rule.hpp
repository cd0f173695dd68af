// One entry of a list of where a peer may, or may not, be led: addresses or a name, and ports.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/address_range.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace net {

/// Both ends belong to it.
struct port_range {
    std::uint16_t first = 1;
    std::uint16_t last = 65535;

    [[nodiscard]] bool contains(std::uint16_t port) const { return first <= port && port <= last; }

    friend bool operator==(const port_range&, const port_range&) = default;
};

/// "5900", "5900-5999". Nothing where a port is 0 or above 65535, or the last is below the first.
[[nodiscard]] std::optional<port_range> parse_port_range(std::string_view);

/// "10.0.0.0/8:5900-5999", "192.0.2.7:5901", "[2001:db8::]/32:5900", "host.example:5901". A name
/// covers just that name, whatever its case and with or without a dot at its end: nobody looks it
/// up.
struct destination_rule {
    std::variant<address_range, std::string> where;
    port_range ports{};

    /// `to` is the host's address.
    [[nodiscard]] bool covers(std::string_view host, const asio::ip::tcp::endpoint& to) const;

    /// For a host whose address nobody knows: a rule with addresses does not cover it.
    [[nodiscard]] bool covers(std::string_view host, std::uint16_t port) const;

    friend bool operator==(const destination_rule&, const destination_rule&) = default;
};

/// Whether a text that is no address may be the name of a host.
using host_name_test = bool (*)(std::string_view);

/// Takes the part before the last colon for addresses or a name, and the rest for ports. Nothing
/// where one of them is missing or wrong.
[[nodiscard]] std::optional<destination_rule> parse_destination_rule(std::string_view,
                                                                     host_name_test);

/// The same without ports: the rule is for all of them.
[[nodiscard]] std::optional<destination_rule> parse_portless_rule(std::string_view, host_name_test);

} // namespace net
