// Looks a name's addresses up, and connects to one of them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/nothrow.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

struct addresses {
    net::error_code error;
    std::vector<asio::ip::tcp::endpoint> all;
};

/// Asks the system's resolver, off the event loop, unless `host` is an address.
[[nodiscard]] asio::awaitable<addresses> look_up(std::string host, std::uint16_t port,
                                                 net::clock::duration limit);

/// Either a connection (non-blocking, the options set) or an error.
struct reached {
    net::connection connection;
    net::error_code error;
};

/// Connects. Errors: timed_out after `limit`, or the socket's.
[[nodiscard]] asio::awaitable<reached> reach(asio::ip::tcp::endpoint, net::clock::duration limit,
                                             net::tcp_options);

} // namespace wsgate
