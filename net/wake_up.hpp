// Wakes coroutines of one event loop: a condition variable without threads.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"

#include <vector>

namespace net {

/// Wake-ups are not remembered: test the condition before the wait and after it.
class wake_up {
public:
    explicit wake_up(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    wake_up(const wake_up&) = delete;
    wake_up& operator=(const wake_up&) = delete;

    /// Those who wait are woken.
    ~wake_up() { notify(); }

    /// Wakes everyone who waits now.
    void notify();

    /// Completes at the next notify(), or with the coroutine's cancellation.
    [[nodiscard]] asio::awaitable<void> wait();

private:
    class entry;

    asio::any_io_executor executor_;
    std::vector<entry*> all_;
};

} // namespace net
