// Edge-triggered epoll(7): a socket is made known once, and never modified afterwards.
// SPDX-License-Identifier: EUPL-1.2
#include "net/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>

namespace net {

namespace {

int make_epoll() {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    }
    return fd;
}

/// Whatever is unusual makes both directions worth an attempt, whose result then says what it is.
ready meaning_of(std::uint32_t events) {
    const bool unusual =
        (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) != 0; // NOLINT: the kernel's ints
    return {unusual || (events & EPOLLIN) != 0, unusual || (events & EPOLLOUT) != 0, unusual};
}

} // namespace

poller::poller() : epoll_(make_epoll()) {}

void poller::add(int fd, watcher& w) {
    // Both directions at once and for good: with EPOLLET a socket that stays writable wakes nobody,
    // so that no system call is needed to switch the interest between reading and writing.
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
    wanted.data.ptr = &w;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    ++watched_;
    begun();
}

void poller::remove(int fd, watcher& w) {
    // Closing alone would not do: a child between fork and exec holds the socket as well.
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr) != 0) {
        return; // it was never added
    }
    forget(w);
    if (--watched_ == 0 && again_.empty()) {
        idle();
    }
}

// A watcher that is woken may destroy another one whose event stands further behind in the same
// batch, or that waits for its turn. Entries are emptied in place, since dispatch() walks over
// them.
void poller::forget(const watcher& w) {
    for (auto& event : std::span(batch_).first(fetched_)) {
        if (event.data.ptr == &w) {
            event.data.ptr = nullptr;
        }
    }
    std::replace(turns_.begin(), turns_.end(), const_cast<watcher*>(&w), // NOLINT: compared only
                 static_cast<watcher*>(nullptr));
    again_.erase(std::remove(again_.begin(), again_.end(), &w), again_.end());
}

void poller::again(watcher& w) {
    again_.push_back(&w);
    begun();
}

void poller::dispatch(std::chrono::milliseconds limit) {
    // Who asks for another turn during this dispatch gets it in the next, behind the sockets'
    // events: a session with endless work starves nobody. With turns to give, epoll_wait() does not
    // wait.
    turns_.swap(again_);
    const int got = ::epoll_wait(epoll_.get(), batch_.data(), batch_size,
                                 turns_.empty() ? static_cast<int>(limit.count()) : 0);
    fetched_ = static_cast<std::size_t>(std::max(got, 0));
    for (auto& event : std::span(batch_).first(fetched_)) {
        if (event.data.ptr != nullptr) { // NOLINT: the kernel's union
            static_cast<watcher*>(event.data.ptr)->wake(meaning_of(event.events)); // NOLINT: same
        }
    }
    fetched_ = 0;
    for (auto* const& each : turns_) { // forget() may empty an entry meanwhile
        if (each != nullptr) {
            each->wake({});
        }
    }
    turns_.clear();
}

} // namespace net
