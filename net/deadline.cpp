// Waiting for a point in time.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"

#include "net/event_loop.hpp"

#include <boost/asio/this_coro.hpp>

namespace net {

asio::awaitable<void> expire_at(clock::time_point when) {
    const auto executor = co_await asio::this_coro::executor;
    waiter here(executor);
    timer alarm(executor, [&here] { here.wake(); });
    alarm.set(when);
    (void)co_await here.wait();
}

asio::awaitable<void> expire_after(clock::duration d) {
    return expire_at(clock::now() + d);
}

} // namespace net
