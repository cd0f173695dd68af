// Makes the PROXY header that tells a target who the client is, before anything else is sent.
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
    std::optional<asio::ip::address> client; ///< as far as its proxies are trusted
    asio::ip::tcp::endpoint peer;            ///< who connected; gives the port if it is `client`
    asio::ip::tcp::endpoint local;           ///< our end of the client's connection
    std::string_view request_id;
    std::string_view tls; ///< "TLSv1.3"; empty: no TLS
};

[[nodiscard]] std::vector<std::byte> proxy_header_of(const client_facts&, net::proxy_version);

} // namespace wsgate
