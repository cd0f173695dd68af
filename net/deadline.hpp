// A limit in time as something to wait for: `co_await (read() || expire_at(t))`.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/token.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

namespace net {

using clock = std::chrono::steady_clock;

/// Completes at `when`, or at once with the coroutine's cancellation.
inline asio::awaitable<void> expire_at(clock::time_point when) {
    asio::steady_timer timer(co_await asio::this_coro::executor, when);
    (void)co_await timer.async_wait(nothrow);
}

inline asio::awaitable<void> expire_after(clock::duration d) {
    return expire_at(clock::now() + d);
}

} // namespace net
