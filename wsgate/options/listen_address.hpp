// A listener as configured: its address, whether it speaks TLS, and what paths mean there.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/target/route.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

namespace asio = boost::asio;

/// What a listener speaks. by_certificate: TLS where there is a certificate, otherwise plain.
/// sniffed: each connection's first byte decides.
enum class speech { by_certificate, plain, tls, sniffed };

/// Says that any path is taken, and that all of them lead to one target.
struct catch_all {
    visitor who = visitor::viewer;
    std::optional<target> to{}; ///< nothing: the target of such visitors

    friend bool operator==(const catch_all&, const catch_all&) = default;
};

/// An address and port, or a Unix socket, or a socket that was inherited.
struct listen_address {
    std::optional<asio::ip::address> address; ///< nothing: every address, IPv4 and IPv6
    std::uint16_t port = 6080;                ///< 0: any free port
    speech speaks = speech::by_certificate;
    std::optional<catch_all> leads_to{}; ///< nothing: the path chooses the route
    std::string unix_path{};             ///< empty: no Unix socket
    int inherited = -1;                  ///< a descriptor, which the server closes; -1: none
    std::string inherited_name{};        ///< what the service manager calls it

    friend bool operator==(const listen_address&, const listen_address&) = default;
};

/// Reads "192.0.2.7:6080", "[2001:db8::7]:6080", "*:6080", "unix:/path"; before it "plain:", "tls:"
/// or "sniff:"; behind it "=routes", "=server", "=viewer", or "=" and a target.
[[nodiscard]] std::optional<listen_address> parse_listen(std::string_view);

} // namespace wsgate
