// Makes sessions and breaks them: some in flight at any time, or one at each of fixed times.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/poller.hpp"
#include "bench/subject.hpp"
#include "bench/ticker.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace bench {

/// The first byte of every session, which its server sends.
inline constexpr std::array first_byte{std::byte{'R'}};

/// The servers' ends of a relay's or gateway's connections: each sends the first byte, behind a
/// ws_proxy once it is asked for a WebSocket, and is reset when its session's other end is gone.
class accepted_servers {
public:
    explicit accepted_servers(const running_subject& subject)
        : listener_(subject.listener()), are_asked_(subject.kind() == subject_kind::ws_proxy) {}

    /// Accepts one; returns its descriptor, or nothing where there is none.
    [[nodiscard]] const unique_fd* accept();

    /// Something has come to one, which is named by its descriptor: the request, or the end.
    void ready(std::size_t fd);

private:
    struct server {
        unique_fd socket;
        bool has_spoken = false;
    };

    const unique_fd& listener_;
    bool are_asked_;
    std::vector<server> servers_; // by descriptor: nothing is allocated for each
};

/// Uses one thread and plain state machines, since the generator must cost less than the subject. A
/// session is complete when the first byte has come; then both ends are reset.
///
/// An `Attempt` is a session in the making. It begins when it is constructed, from a
/// running_subject; then go_on(), called when its socket() is readable, returns true once the first
/// byte has come. reset() ends it.
template <class Attempt>
class set_up_loop {
public:
    explicit set_up_loop(running_subject& subject) : subject_(subject), servers_(subject) {
        if (subject_.listener()) {
            ready_.add(subject_.listener(), EPOLLIN, listener_key);
        }
        took_.reserve(enough_sessions);
    }

    /// Closed loop: an attempt begins when another one is complete. Returns how many milliseconds
    /// each took from its beginning.
    [[nodiscard]] std::vector<double> run_in_flight(std::size_t count,
                                                    std::chrono::milliseconds duration) {
        make_slots(count);
        const auto until = clock::now() + duration;
        while (clock::now() < until) {
            while (!free_.empty()) {
                begin(clock::now());
            }
            handle_events();
        }
        reset_all();
        return std::move(took_);
    }

    /// Open loop: attempts begin at fixed times, however long the others take. Returns how many
    /// milliseconds each took from the time at which it was due, so that one that had to wait for
    /// its beginning counts with the wait; one that is never complete counts with the time until
    /// the loop gave up.
    [[nodiscard]] std::vector<double> run_at_rate(double per_second,
                                                  std::chrono::milliseconds duration) {
        make_slots(most_in_flight);
        const std::chrono::nanoseconds interval(static_cast<std::int64_t>(1e9 / per_second));
        const auto last = clock::now() + duration;
        auto due = clock::now() + interval;
        ready_.add(ticks_.emplace(due, interval).descriptor(), EPOLLIN, ticker_key);
        while (clock::now() < last + patience && (due < last || free_.size() < slots_.size())) {
            handle_events();
            for (const auto now = clock::now(); due <= std::min(now, last) && !free_.empty();
                 due += interval) {
                begin(due);
            }
        }
        for (; due < last; due += interval) {
            note_time_since(due);
        }
        give_up();
        return std::move(took_);
    }

private:
    using clock = std::chrono::steady_clock;

    struct slot {
        clock::time_point began;
        Attempt attempt;
    };

    void make_slots(std::size_t count) {
        slots_.resize(count);
        free_.resize(count);
        std::iota(free_.begin(), free_.end(), std::size_t{0});
    }

    void begin(clock::time_point time) {
        const auto i = free_.back();
        free_.pop_back();
        slots_[i].emplace(slot{.began = time, .attempt = Attempt(subject_)});
        ready_.add(slots_[i]->attempt.socket(), EPOLLIN, i);
    }

    void handle_events() {
        for (const auto& event : ready_.wait(look_at_stop)) {
            const auto key = event.data.u64;
            if (key < slots_.size()) {
                go_on(key);
            } else if (key == listener_key) {
                accept_server();
            } else if (key == ticker_key) {
                ticks_->acknowledge();
            } else {
                servers_.ready(key - accepted_key);
            }
        }
    }

    void go_on(std::size_t i) {
        if (slots_[i]->attempt.go_on()) {
            note_time_since(slots_[i]->began);
            slots_[i]->attempt.reset();
            slots_[i].reset();
            free_.push_back(i);
        }
    }

    void accept_server() {
        if (const auto* const server = servers_.accept()) {
            ready_.add(*server, EPOLLIN, accepted_key + static_cast<std::uint64_t>(server->get()));
        }
    }

    void note_time_since(clock::time_point time) {
        const std::chrono::duration<double, std::milli> took = clock::now() - time;
        took_.push_back(took.count());
    }

    void give_up() {
        for (const auto& each : slots_) {
            if (each) {
                note_time_since(each->began);
            }
        }
        reset_all();
    }

    void reset_all() {
        for (auto& each : slots_) {
            if (each) {
                each->attempt.reset();
                each.reset();
            }
        }
    }

    static constexpr std::size_t enough_sessions = 1U << 15U;
    static constexpr std::size_t most_in_flight = 1000; // far more than anybody who keeps pace
    static constexpr std::chrono::milliseconds patience{1000};
    // Keys below `most_in_flight` are slots, and above `accepted_key` are descriptors.
    static constexpr std::uint64_t listener_key = std::uint64_t{1} << 31U;
    static constexpr std::uint64_t ticker_key = listener_key + 1;
    static constexpr std::uint64_t accepted_key = std::uint64_t{1} << 32U;

    running_subject& subject_;
    accepted_servers servers_;
    poller ready_;
    std::optional<ticker> ticks_; // the open loop's
    std::vector<std::optional<slot>> slots_;
    std::vector<std::size_t> free_; // slots
    std::vector<double> took_;
};

} // namespace bench
