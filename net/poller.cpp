// An epoll instance of our own, which is itself waited for by Asio.
// SPDX-License-Identifier: EUPL-1.2
#include "net/poller.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

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

ready meaning_of(std::uint32_t events) {
    const bool unusual =
        (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) != 0; // NOLINT: the kernel's ints
    return {unusual || (events & EPOLLIN) != 0, unusual || (events & EPOLLOUT) != 0, unusual};
}

} // namespace

poller::poller(const asio::any_io_executor& executor) : epoll_(executor, make_epoll()) {}

poller::~poller() {
    *gone_ = true;
}

void poller::add(int fd, watcher& w) {
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
    wanted.data.ptr = &w;
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &wanted) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    ++watched_;
    arm();
}

void poller::remove(int fd, watcher& w) {
    // Closing alone would not do: a child between fork and exec holds the socket as well.
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, fd, nullptr) != 0) {
        return; // it was never added
    }
    forget(w);
    if (--watched_ == 0 && again_.empty()) {
        epoll_.cancel();
    }
}

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
    arm();
}

void poller::arm() {
    if (armed_ || (watched_ == 0 && again_.empty())) {
        return;
    }
    armed_ = true;
    const auto go_on = [this, gone = gone_](const error_code& = {}) {
        if (!*gone) {
            dispatch();
            armed_ = false;
            arm();
        }
    };
    if (again_.empty()) {
        epoll_.async_wait(asio::posix::stream_descriptor::wait_read, go_on);
    } else {
        asio::post(epoll_.get_executor(), go_on);
    }
}

void poller::dispatch() {
    turns_.swap(again_);
    const int got = ::epoll_wait(epoll_.native_handle(), batch_.data(), batch_size, 0);
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
