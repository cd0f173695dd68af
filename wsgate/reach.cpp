// What cannot be stopped is left to itself: its answer is no longer waited for.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/reach.hpp"

#include "net/alarm.hpp"
#include "net/handoff.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace wsgate {

namespace {

using asio::ip::tcp;
using net::error_code;
using namespace asio::experimental::awaitable_operators;

/// Shared by the look-up, which nothing can stop, and who may have stopped waiting for it.
struct look_up_state {
    explicit look_up_state(const asio::any_io_executor& e) : resolver(e), answer(e) {}

    tcp::resolver resolver;
    net::handoff<addresses> answer;
};

} // namespace

asio::awaitable<addresses> look_up(std::string host, std::uint16_t port,
                                   net::clock::duration limit) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) {
        co_return addresses{{}, {tcp::endpoint{literal, port}}};
    }
    const auto state = std::make_shared<look_up_state>(co_await asio::this_coro::executor);
    state->resolver.async_resolve(
        host, std::to_string(port), tcp::resolver::numeric_service,
        [state](const error_code& ec, const tcp::resolver::results_type& found) {
            addresses a{ec, {}};
            for (const auto& entry : found) {
                a.all.push_back(entry.endpoint());
            }
            state->answer.give(std::move(a));
        });
    auto first = co_await (state->answer.take() || net::expire_after(limit));
    if (first.index() == 0 && std::get<0>(first)) {
        co_return std::move(*std::get<0>(first));
    }
    co_return addresses{asio::error::timed_out, {}};
}

asio::awaitable<reached> reach(tcp::endpoint to, net::clock::duration limit,
                               net::tcp_options options) {
    tcp::socket socket(co_await asio::this_coro::executor);
    reached result;
    {
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
