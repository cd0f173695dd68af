// Wakes a poller at fixed times.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>

namespace bench {

/// A timer of the kernel's, which, unlike a wait that ends, is not held back by the timer slack.
class ticker {
public:
    /// Is readable at `first`, and then after every `interval`.
    ticker(std::chrono::steady_clock::time_point first, std::chrono::nanoseconds interval)
        : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
        const itimerspec times{.it_interval = parts_of(interval),
                               .it_value = parts_of(first.time_since_epoch())};
        if (!timer_ || ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &times, nullptr) != 0) {
            throw std::system_error(errno, std::generic_category(), "timerfd");
        }
    }

    [[nodiscard]] const net::unique_fd& descriptor() const { return timer_; }

    /// Makes it unreadable until the next time.
    void acknowledge() const {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(timer_.get(), &count, sizeof count);
    }

private:
    static timespec parts_of(std::chrono::nanoseconds time) {
        constexpr std::chrono::nanoseconds second = std::chrono::seconds(1);
        return {.tv_sec = time / second, .tv_nsec = (time % second).count()};
    }

    net::unique_fd timer_;
};

} // namespace bench
