// Limits how often something is done, on whichever thread.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"

#include <atomic>

namespace wsgate {

/// Safe from any thread.
class seldom {
public:
    explicit seldom(net::clock::duration pause) : pause_(pause) {}

    /// True for the first who asks, and again for the first after the pause.
    [[nodiscard]] bool is_due(net::clock::time_point now) {
        auto next = next_.load();
        return now >= next && next_.compare_exchange_strong(next, now + pause_);
    }

private:
    net::clock::duration pause_;
    std::atomic<net::clock::time_point> next_{net::clock::time_point::min()};
};

} // namespace wsgate
