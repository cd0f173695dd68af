// Looks a name's addresses up, and connects to one of them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/nothrow.hpp"
#include "net/resolver.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace net {

/// What a name was resolved to: its addresses with the wanted port, in the order to try them, or
/// an error.
struct resolved {
    error_code error;
    std::vector<asio::ip::tcp::endpoint> endpoints;
};

/// Takes `host` for an address where it is one, and else asks `names` for at most `limit`. Errors:
/// the resolver's; timed_out; operation_aborted where the wait was cancelled. `names` outlives the
/// wait.
[[nodiscard]] asio::awaitable<resolved> resolve(resolver& names, std::string host,
                                                std::uint16_t port, clock::duration limit);

/// The same with a resolver of its own, which asks the system.
[[nodiscard]] asio::awaitable<resolved> resolve(std::string host, std::uint16_t port,
                                                clock::duration limit);

/// Either a connection (non-blocking, with the options set) or an error.
struct connected {
    net::connection connection;
    error_code error;
};

/// Connects to one address. Errors: the system's; timed_out after `limit`; operation_aborted where
/// the wait was cancelled.
[[nodiscard]] asio::awaitable<connected> connect(asio::ip::tcp::endpoint, clock::duration limit,
                                                 tcp_options);

} // namespace net
