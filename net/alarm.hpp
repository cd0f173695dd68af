// Calls a function at a point in time, unless the alarm has been destroyed before.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"

#include <utility>

namespace net {

/// A limit where a race (`work() || expire_at(t)`) would cost more than the work: no coroutine.
/// `ring` typically closes what is waited for; it runs on the executor's thread, never after the
/// alarm has gone.
class alarm {
public:
    template <class Ring>
    alarm(const asio::any_io_executor& executor, clock::time_point when, Ring ring)
        : timer_(executor, [this, ring = std::move(ring)] {
              rang_ = true;
              ring();
          }) {
        timer_.set(when);
    }

    [[nodiscard]] bool rang() const { return rang_; }

private:
    bool rang_ = false;
    timer timer_;
};

} // namespace net
