// The loop: waits for sockets, wakes their watchers, then runs what other threads have posted.
// SPDX-License-Identifier: EUPL-1.2
#include "net/poller_thread.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace net {

namespace {

constexpr std::chrono::milliseconds for_ever{-1};

std::chrono::milliseconds time_until(clock::time_point when) {
    if (when == clock::time_point::max()) {
        return for_ever;
    }
    constexpr std::chrono::milliseconds most{60'000}; // far less than epoll_wait(2)'s int holds
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - clock::now());
    return std::clamp(left, std::chrono::milliseconds{0}, most);
}

} // namespace

poller_thread::doorbell::doorbell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
}

/// Nobody reads it: each write is an event (EPOLLET), and it would take centuries to overflow.
void poller_thread::doorbell::ring() const {
    const std::uint64_t once = 1;
    (void)!::write(fd_.get(), &once, sizeof once);
}

poller_thread::poller_thread(std::size_t pipes, before_wait hook)
    : before_wait_(std::move(hook)), pipes_(pipes), scratch_(scratch_size) {
    add(doorbell_.native_handle(), doorbell_);
    thread_ = std::thread([this] { run(); });
}

// Only the first job of a batch rings: the thread takes all that is there, once it is awake.
void poller_thread::post(std::function<void()> job) {
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        is_first = posted_.empty();
        posted_.push_back(std::move(job));
    }
    if (is_first) {
        doorbell_.ring();
    }
}

void poller_thread::join() {
    if (thread_.joinable()) {
        post([this] { ending_ = true; });
        thread_.join();
    }
}

void poller_thread::run() {
    constexpr std::size_t doorbells = 1; // which is watched as long as the thread lives
    while (!ending_ || watched() > doorbells || wants_turn()) {
        dispatch(time_until(before_wait_()));
        run_posted();
    }
}

// The jobs run without the lock, as they may post others; those run in the next round.
void poller_thread::run_posted() {
    {
        const std::lock_guard lock(mutex_);
        jobs_.swap(posted_);
    }
    for (const auto& job : jobs_) {
        job();
    }
    jobs_.clear();
}

} // namespace net
