// Calls a function at a point in time, unless the alarm has been destroyed before.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <utility>

namespace net {

/// A limit where a race (`work() || expire_at(t)`) would cost more than the work: no coroutine, two
/// small allocations. `ring` typically closes what is waited for; it runs on the executor's thread,
/// never after the alarm has gone, and may end it.
class alarm {
public:
    template <class Ring>
    alarm(const asio::any_io_executor& executor, clock::time_point when, Ring ring)
        : timer_(executor, when) {
        timer_.async_wait(
            [rang = std::weak_ptr(rang_), ring = std::move(ring)](const error_code& ec) {
                const auto still_there = rang.lock();
                if (!ec && still_there) {
                    *still_there = true;
                    ring();
                }
            });
    }

    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;
    ~alarm() = default;

    [[nodiscard]] bool rang() const { return *rang_; }

private:
    std::shared_ptr<bool> rang_ = std::make_shared<bool>(false);
    asio::steady_timer timer_;
};

} // namespace net
