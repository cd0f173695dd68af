// Tells which of many sockets are ready, by level-triggered epoll.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <span>
#include <sys/epoll.h>
#include <system_error>

namespace bench {

/// How often a load checks whether it is to stop.
inline constexpr std::chrono::milliseconds look_at_stop{20};

class poller {
public:
    poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        if (!epoll_) {
            throw std::system_error(errno, std::generic_category(), "epoll_create1");
        }
    }

    /// `key` comes back in event.data.u64. A socket that is closed is removed by the kernel.
    void add(const net::unique_fd& socket, std::uint32_t events, std::uint64_t key) {
        epoll_event event{.events = events, .data = {.u64 = key}};
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) {
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
        }
    }

    /// The events are valid until the next wait.
    [[nodiscard]] std::span<const epoll_event> wait(std::chrono::milliseconds limit) {
        const int count =
            ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                         static_cast<int>(limit.count()));
        return std::span(events_).first(count > 0 ? static_cast<std::size_t>(count) : 0);
    }

private:
    net::unique_fd epoll_;
    std::array<epoll_event, 256> events_{};
};

} // namespace bench
