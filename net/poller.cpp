// Edge-triggered epoll(7): a socket is made known once, and never modified afterwards.
// SPDX-License-Identifier: EUPL-1.2
#include "net/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <sys/socket.h>
#include <system_error>
#include <utility>

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
    const bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0; // NOLINT: the kernel's ints
    const bool ended = broken || (events & EPOLLRDHUP) != 0;
    const bool unusual = ended || (events & EPOLLPRI) != 0;
    return {unusual || (events & EPOLLIN) != 0, unusual || (events & EPOLLOUT) != 0, unusual, ended,
            broken};
}

bool is_unix_socket(int fd) {
    int domain = 0;
    socklen_t size = sizeof domain;
    return ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/// For what Linux does without memory: it fails only where something is odd, such as a filter of
/// system calls, and then it may succeed the next time. False: it does not.
bool control(int epoll, int operation, int fd, epoll_event* what) {
    constexpr int attempts = 3;
    for (int i = 0; i < attempts; ++i) {
        if (::epoll_ctl(epoll, operation, fd, what) == 0) {
            return true;
        }
    }
    return false;
}

constexpr unsigned generation_shift = 32;

// Both directions at once and for good: with EPOLLET a socket that stays writable wakes nobody, so
// that no system call is needed to switch the interest between reading and writing.
constexpr std::uint32_t to_read_only = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLET;
constexpr std::uint32_t in_both_directions = to_read_only | EPOLLOUT;

} // namespace

poller::poller() : epoll_(make_epoll()) {
    again_.reserve(batch_size);
    turns_.reserve(batch_size);
}

void poller::add(int fd, watcher& w) {
    w.key_ = add(fd, w, in_both_directions);
}

void poller::add_reader(int fd, watcher& w) {
    w.key_ = add(fd, w, to_read_only);
}

void poller::add_listener(int fd, watcher& w) {
    w.key_ = add(fd, w, EPOLLIN | EPOLLEXCLUSIVE);
}

poller::seat poller::take_seat(int fd, watcher& w) {
    return {*this, add(fd, w, to_read_only)};
}

std::uint64_t poller::add(int fd, watcher& w, std::uint32_t events) {
    epoll_event wanted{};
    wanted.events = events;
    wanted.data.u64 = occupy(w);
    bool added = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) == 0;
    if (!added && errno == EEXIST) { // a remove() has failed before
        added = control(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr) &&
                control(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted);
    }
    if (!added) {
        const int error = errno;
        vacate(wanted.data.u64); // NOLINT(*-union-access): the kernel's
        throw std::system_error(error, std::generic_category(), "epoll_ctl");
    }
    return wanted.data.u64; // NOLINT(*-union-access): the kernel's
}

std::uint64_t poller::occupy(watcher& w) {
    if (free_.empty()) {
        slots_.emplace_back();
        free_.reserve(slots_.size()); // so that vacate() never allocates
        free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
    }
    const auto index = free_.back();
    free_.pop_back();
    auto& here = slots_[index];
    here.who = &w;
    here.missed = 0;
    here.full = -1;
    here.tells_of_room = false;
    return (std::uint64_t{here.generation} << generation_shift) | index;
}

poller::slot& poller::slot_of(std::uint64_t key) {
    return slots_[static_cast<std::uint32_t>(key)];
}

void poller::vacate(std::uint64_t key) {
    auto& here = slot_of(key);
    here.who = nullptr;
    ++here.generation;
    free_.push_back(static_cast<std::uint32_t>(key));
}

void poller::remove(int fd, std::uint64_t key) {
    (void)control(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    vacate(key);
}

void poller::remove(int fd, watcher& w) {
    not_again(w);
    if (w.is_watched()) {
        remove(fd, std::exchange(w.key_, watcher::none));
    }
}

void poller::forget(watcher& w) {
    not_again(w);
    if (w.is_watched()) {
        vacate(std::exchange(w.key_, watcher::none));
    }
}

void poller::again(watcher& w) {
    if (!w.wants_turn_) {
        again_.push_back(&w);
        w.wants_turn_ = true;
    }
}

// A watcher that is woken may destroy another one that waits for its turn. Entries of turns_ are
// emptied in place, since wake_all() walks over them.
void poller::not_again(watcher& w) {
    if (std::exchange(w.wants_turn_, false)) {
        std::replace(turns_.begin(), turns_.end(), &w, static_cast<watcher*>(nullptr));
        again_.erase(std::remove(again_.begin(), again_.end(), &w), again_.end());
    }
}

void poller::await_room(int fd, const watcher& w) {
    await_room(fd, w.key_);
}

// A TCP socket tells of room only after it was full, so that it can be asked for good. A Unix
// socket would go on to tell its writer each time when the peer has read.
void poller::await_room(int fd, std::uint64_t key) {
    auto& here = slot_of(key);
    if (!std::exchange(here.tells_of_room, true)) {
        here.full = is_unix_socket(fd) ? fd : -1;
        change(fd, key, in_both_directions);
    }
}

void poller::change(int fd, std::uint64_t key, std::uint32_t events) {
    epoll_event wanted{};
    wanted.events = events;
    wanted.data.u64 = key;
    if (!control(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted)) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

void poller::fetch(std::chrono::milliseconds limit) {
    // Who asks for another turn while others are woken gets it in the next round, behind the
    // sockets' events: a session with endless work starves nobody. With turns to give,
    // epoll_wait() does not wait.
    turns_.swap(again_);
    const int got = ::epoll_wait(epoll_.get(), batch_.data(), batch_size,
                                 turns_.empty() ? static_cast<int>(limit.count()) : 0);
    fetched_ = static_cast<std::size_t>(std::max(got, 0));
}

std::size_t poller::wake_all() {
    auto woken = std::exchange(fetched_, 0);
    for (const auto& event : std::span(batch_).first(woken)) {
        tell(event);
    }
    for (auto* const& each : turns_) { // not_again() may empty an entry meanwhile
        if (auto* const who = each) {
            who->wants_turn_ = false;
            ++woken;
            who->wake({});
        }
    }
    turns_.clear();
    return woken;
}

void poller::tell(const epoll_event& event) {
    const auto key = event.data.u64; // NOLINT(*-union-access): the kernel's
    auto& here = slot_of(key);
    if (here.generation != key >> generation_shift) {
        return;
    }
    if ((event.events & EPOLLOUT) != 0 && here.full >= 0) { // NOLINT: the kernel's ints
        here.tells_of_room = false;
        change(std::exchange(here.full, -1), key, to_read_only);
    }
    if (here.who != nullptr) {
        here.who->wake(meaning_of(event.events));
    } else {
        here.missed |= event.events;
    }
}

poller::seat::seat(seat&& other) noexcept
    : poller_(std::exchange(other.poller_, nullptr)), key_(other.key_) {
    if (is_taken()) {
        poller_->slot_of(key_).who = nullptr;
    }
}

poller::seat& poller::seat::operator=(seat&& other) noexcept {
    seat moved(std::move(other));
    std::swap(poller_, moved.poller_);
    std::swap(key_, moved.key_);
    return *this;
}

ready poller::seat::give_to(watcher& w) {
    auto& here = poller_->slot_of(key_);
    here.who = &w;
    return meaning_of(std::exchange(here.missed, 0));
}

void poller::seat::leave() {
    if (auto* const p = std::exchange(poller_, nullptr)) {
        p->vacate(key_);
    }
}

void poller::seat::leave(int fd) {
    if (auto* const p = std::exchange(poller_, nullptr)) {
        p->remove(fd, key_);
    }
}

} // namespace net
