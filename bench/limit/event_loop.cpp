// One thread's epoll loop.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/limit/event_loop.hpp"

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace bench::limit {

namespace {

void control(const unique_fd& epoll, int what, source& s, std::uint32_t events) {
    epoll_event event{.events = events, .data = {.ptr = &s}};
    if (::epoll_ctl(epoll.get(), what, s.socket().get(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

} // namespace

event_loop::event_loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) {
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    }
}

void event_loop::add(source& s, std::uint32_t events) {
    control(epoll_, EPOLL_CTL_ADD, s, events);
}

void event_loop::change(source& s, std::uint32_t events) {
    control(epoll_, EPOLL_CTL_MOD, s, events);
}

void event_loop::adopt(std::unique_ptr<source> s) {
    const auto at = static_cast<std::size_t>(s->socket().get());
    if (at >= sources_.size()) {
        sources_.resize(2 * at + 1);
    }
    sources_[at] = std::move(s);
}

void event_loop::end(source& s) {
    ended_.push_back(std::move(sources_[static_cast<std::size_t>(s.socket_.get())]));
    s.socket_ = {};
    for (auto* waiting : std::exchange(awaiting_descriptors_, {})) {
        waiting->ready(0);
    }
}

void event_loop::take_turns() {
    for (auto* each : std::exchange(turns_, {})) {
        if (each->socket()) {
            each->ready(0);
        }
    }
    std::erase_if(turns_, [](const source* each) { return !each->socket(); });
}

void event_loop::run() {
    for (;;) {
        const int count = ::epoll_wait(epoll_.get(), events_.data(),
                                       static_cast<int>(events_.size()), turns_.empty() ? -1 : 0);
        for (const auto& event :
             std::span(events_).first(count > 0 ? static_cast<std::size_t>(count) : 0)) {
            auto* s = static_cast<source*>(event.data.ptr);
            if (s->socket()) {
                s->ready(event.events);
            }
        }
        if (!turns_.empty()) {
            take_turns();
        }
        ended_.clear();
    }
}

} // namespace bench::limit
