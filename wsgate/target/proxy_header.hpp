// The PROXY header by which a target is told of the client before anything else.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/proxy/reader.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

/// What is known of a session's client.
struct client_facts {
    std::optional<asio::ip::address> client; ///< as far as its proxies are believed
    asio::ip::tcp::endpoint peer;            ///< of the connection; its port is the client's where
                                             ///< the address is
    asio::ip::tcp::endpoint local;           ///< where it came in
    std::string_view request_id;
    std::string_view tls; ///< "TLSv1.3"; empty: none
};

[[nodiscard]] std::vector<std::byte> proxy_header_of(const client_facts&, net::proxy_version);

} // namespace wsgate
