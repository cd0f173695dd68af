// Where connections are accepted, what is spoken there, and what their paths mean.
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

/// TLS where there is a certificate, else plain; plain; TLS; by each connection's first byte.
enum class speech { by_certificate, plain, tls, sniffed };

/// Any path is taken, and leads to the same.
struct catch_all {
    visitor who = visitor::viewer;
    std::optional<target> to{}; ///< nothing: where all such visitors go

    friend bool operator==(const catch_all&, const catch_all&) = default;
};

/// An address and port; or a Unix socket; or a socket that somebody else has opened.
struct listen_address {
    std::optional<asio::ip::address> address; ///< none: every address, IPv4 and IPv6
    std::uint16_t port = 6080;                ///< 0: any free port
    speech speaks = speech::by_certificate;
    std::optional<catch_all> leads_to{}; ///< nothing: as the table of routes says
    std::string unix_path{};             ///< empty: no Unix socket
    int inherited = -1;                  ///< a descriptor; the server that takes it closes it

    friend bool operator==(const listen_address&, const listen_address&) = default;
};

/// "192.0.2.7:6080", "[2001:db8::7]:6080", "*:6080", "unix:/path"; before it "plain:", "tls:" or
/// "sniff:"; behind it "=routes", "=server", "=viewer", or "=" and a target.
[[nodiscard]] std::optional<listen_address> parse_listen(std::string_view);

} // namespace wsgate
