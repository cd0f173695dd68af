// Waits for a timer, then for a task on each of the other event loops.
// SPDX-License-Identifier: EUPL-1.2
#include "service/watchdog.hpp"

#include "net/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace service {

namespace {

namespace asio = boost::asio;

asio::awaitable<void> beat() {
    co_return;
}

} // namespace

asio::awaitable<void> feed_watchdog(std::chrono::microseconds interval,
                                    std::vector<asio::any_io_executor> others,
                                    std::function<void()> tell) {
    for (;;) {
        co_await net::expire_after(interval);
        for (const auto& each : others) {
            co_await asio::co_spawn(each, beat(), asio::use_awaitable);
        }
        tell();
    }
}

} // namespace service
