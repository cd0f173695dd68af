// Each step ends at its limit; a look-up, which cannot be stopped, then goes on unheard.
// SPDX-License-Identifier: EUPL-1.2
#include "net/dial.hpp"

#include "net/alarm.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace net {

namespace {

using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

} // namespace

asio::awaitable<resolved> resolve(resolver& names, std::string host, std::uint16_t port,
                                  clock::duration limit) {
    auto first = co_await (names.resolve(std::move(host)) || expire_after(limit));
    resolved found{asio::error::timed_out, {}};
    if (first.index() == 0) {
        const auto& answer = std::get<0>(first);
        found.error = answer.error;
        for (const auto& address : answer.addresses) {
            found.endpoints.emplace_back(address, port);
        }
    }
    co_return found;
}

asio::awaitable<resolved> resolve(std::string host, std::uint16_t port, clock::duration limit) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) { // no resolver is needed
        co_return resolved{{}, {tcp::endpoint{literal, port}}};
    }
    resolver names(co_await asio::this_coro::executor);
    co_return co_await resolve(names, std::move(host), port, limit);
}

asio::awaitable<connected> connect(tcp::endpoint to, clock::duration limit, tcp_options options) {
    tcp::socket socket(co_await asio::this_coro::executor);
    connected result;
    {
        // An alarm, since a race of two coroutines would cost more than the connect itself.
        const alarm too_late(socket.get_executor(), clock::now() + limit, [&socket] {
            error_code ignored;
            socket.close(ignored);
        });
        const auto [ec] = co_await socket.async_connect(to, nothrow);
        result.error = too_late.rang() ? error_code{asio::error::timed_out} : ec;
    }
    if (!result.error) {
        socket.native_non_blocking(true, result.error);
    }
    if (!result.error) {
        apply(options, socket.native_handle());
        result.connection.peer = to;
        result.connection.socket = unique_fd{socket.release(result.error)};
    }
    co_return result;
}

} // namespace net
