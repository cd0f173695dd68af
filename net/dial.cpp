// Each step ends at its limit; a look-up, which cannot be stopped, then goes on unheard.
// SPDX-License-Identifier: EUPL-1.2
#include "net/dial.hpp"

#include "net/alarm.hpp"
#include "net/resolver.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace wsgate {

namespace {

using asio::ip::tcp;
using net::error_code;
using namespace asio::experimental::awaitable_operators;

} // namespace

asio::awaitable<addresses> look_up(std::string host, std::uint16_t port,
                                   net::clock::duration limit) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) {
        co_return addresses{{}, {tcp::endpoint{literal, port}}};
    }
    net::resolver names(co_await asio::this_coro::executor);
    auto first = co_await (names.resolve(std::move(host)) || net::expire_after(limit));
    addresses found{asio::error::timed_out, {}};
    if (first.index() == 0) {
        const auto& answer = std::get<0>(first);
        found.error = answer.error;
        for (const auto& address : answer.addresses) {
            found.all.emplace_back(address, port);
        }
    }
    co_return found;
}

asio::awaitable<reached> reach(tcp::endpoint to, net::clock::duration limit,
                               net::tcp_options options) {
    tcp::socket socket(co_await asio::this_coro::executor);
    reached result;
    {
        // An alarm, since a race of two coroutines would cost more than the connect itself.
        const net::alarm too_late(socket.get_executor(), net::clock::now() + limit, [&socket] {
            error_code ignored;
            socket.close(ignored);
        });
        const auto [ec] = co_await socket.async_connect(to, net::nothrow);
        result.error = too_late.rang() ? error_code{asio::error::timed_out} : ec;
    }
    if (!result.error) {
        socket.native_non_blocking(true, result.error);
    }
    if (!result.error) {
        net::apply(options, socket.native_handle());
        result.connection.peer = to;
        result.connection.socket = net::unique_fd{socket.release(result.error)};
    }
    co_return result;
}

} // namespace wsgate
