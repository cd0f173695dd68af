// Small messages through a gateway and back, one in flight a session.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"
#include "bench/gate/ws_frames.hpp"
#include "bench/poller.hpp"
#include "bench/statistics.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t message_size = 32;
constexpr std::size_t answer_size = 2 + message_size; // the frame
constexpr std::size_t masked_size = answer_size + 4;
constexpr std::array answer_header{std::byte{0x82}, std::byte{message_size}};

// One message, from a target that speaks bytes or frames.
void answer(const gate_session& session, std::span<std::byte> buffer) {
    const auto got = ::recv(session.target.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) {
        return;
    }
    auto message = buffer.first(static_cast<std::size_t>(got));
    if (session.target_speaks == speech::frames) {
        // Whatever it was masked by: nobody looks at it.
        std::copy_n(answer_header.begin(), answer_header.size(), message.begin());
        message = message.first(std::min(message.size(), answer_size));
    }
    (void)::send(session.target.get(), message.data(), message.size(), MSG_NOSIGNAL);
}

// The targets send back whatever comes.
void echo(const std::stop_token& stop, std::span<const gate_session> sessions) {
    poller ready;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        ready.add(sessions[i].target, EPOLLIN, i);
    }
    std::array<std::byte, masked_size> buffer{};
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            answer(sessions[event.data.u64], buffer);
        }
    }
}

// The clients' side: what is under way in each session.
class pingers {
public:
    explicit pingers(std::span<gate_session> sessions)
        : sessions_(sessions), under_way_(sessions.size()) {
        append_masked(message_, std::vector<std::byte>(message_size), 0x9e3779b9);
        for (std::size_t i = 0; i < sessions.size(); ++i) {
            ready_.add(sessions[i].client.socket(), EPOLLIN, i);
        }
    }

    /// Round trips that began at `from` or later, in microseconds.
    std::vector<double> run(clock::time_point from, clock::time_point until) {
        from_ = from;
        for (std::size_t i = 0; i < sessions_.size(); ++i) {
            ping(i);
        }
        while (clock::now() < until) {
            for (const auto& event : ready_.wait(look_at_stop)) {
                take(event.data.u64);
            }
        }
        return std::move(round_trips_);
    }

    /// Round trips of run(), the early ones too.
    [[nodiscard]] std::size_t all() const { return all_; }

private:
    struct flight {
        clock::time_point began;
        std::size_t returned = 0; // bytes
    };

    void ping(std::size_t i) {
        under_way_[i] = {.began = clock::now()};
        sessions_[i].client.send_now(message_);
    }

    void take(std::size_t i) {
        auto& ball = under_way_[i];
        std::array<std::byte, answer_size> buffer{};
        const auto got =
            sessions_[i].client.try_receive(std::span(buffer).first(answer_size - ball.returned));
        if (got == 0U) {
            throw std::runtime_error("the gateway closed a connection");
        }
        ball.returned += got.value_or(0);
        if (ball.returned == answer_size) {
            const std::chrono::duration<double, std::micro> took = clock::now() - ball.began;
            if (ball.began >= from_) {
                round_trips_.push_back(took.count());
            }
            ++all_;
            ping(i);
        }
    }

    std::span<gate_session> sessions_;
    std::vector<flight> under_way_;
    std::vector<double> round_trips_;
    clock::time_point from_;
    std::size_t all_ = 0;
    std::vector<std::byte> message_;
    poller ready_;
};

void measure_ping_pong(const slice& s, const std::string& key, const std::string& title,
                       std::size_t count) {
    auto sessions = make_gate_sessions(s, count);
    pingers clients(sessions);
    std::vector<double> times;
    double cpu = 0;
    {
        const std::jthread targets([&](const std::stop_token& stop) { echo(stop, sessions); });
        const meter used(s.subject);
        const auto from = clock::now() + s.how.slice / 4;
        times = clients.run(from, from + s.how.slice);
        cpu = used.cpu_seconds();
    }
    reset(std::move(sessions));
    if (times.empty()) {
        throw std::runtime_error("no message came back");
    }
    s.record({key + "_p50", title + ": p50", "us"}, quantile(times, 0.5));
    s.record({key + "_p99", title + ": p99", "us"}, quantile(times, 0.99));
    // There and back: two messages.
    s.record({key + "_cpu", title, "CPU-us/message"},
             1e6 * cpu / (2 * static_cast<double>(clients.all())));
}

test ping_pong_test(const std::string& key, const std::string& title, std::size_t count,
                    bool pinned = false) {
    return {.key = key,
            .title = title,
            .measure = [=](const slice& s) { measure_ping_pong(s, key, title, count); },
            .pinned = pinned};
}

} // namespace

std::vector<test> gate_ping_pong_tests() {
    auto through_chain =
        ping_pong_test("gate_ping_16_pinned", "ping-pong, 16 sessions, pinned", 16, true);
    through_chain.only = subject_kind::chain;
    auto tls = ping_pong_test("gate_ping_tls", "ping-pong, TLS", 1);
    tls.wrap = wrapping::tls;
    return {ping_pong_test("gate_ping", "ping-pong", 1),
            ping_pong_test("gate_ping_pinned", "ping-pong, pinned", 1, true),
            ping_pong_test("gate_ping_16", "ping-pong, 16 sessions", 16), through_chain, tls};
}

} // namespace bench
