// Wakes coroutines of one event loop: a condition variable without threads.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <boost/asio/steady_timer.hpp>

namespace net {

/// Wake-ups are not remembered: test the condition before the wait and after it.
class wake_up {
public:
    explicit wake_up(const asio::any_io_executor& executor)
        : timer_(executor, asio::steady_timer::time_point::max()) {}

    /// Wakes everyone who waits now.
    void notify() { timer_.cancel(); }

    /// Completes at the next notify(), or with the coroutine's cancellation.
    [[nodiscard]] asio::awaitable<void> wait();

private:
    asio::steady_timer timer_;
};

} // namespace net
