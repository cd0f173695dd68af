// Waiting for a point in time.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace net {

asio::awaitable<void> expire_at(clock::time_point when) {
    asio::steady_timer timer(co_await asio::this_coro::executor, when);
    (void)co_await timer.async_wait(nothrow);
}

asio::awaitable<void> expire_after(clock::duration d) {
    return expire_at(clock::now() + d);
}

} // namespace net
