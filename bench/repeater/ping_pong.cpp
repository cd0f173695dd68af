// Small messages there and back, one in flight a pair.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/ping_pong.hpp"

#include "bench/poller.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;
using message = std::array<std::byte, 32>;

// Sends back whatever comes.
void echo(const std::stop_token& stop, std::span<const session_ends> pairs) {
    poller ready;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        ready.add(pairs[i].server, EPOLLIN, i);
    }
    message buffer{};
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            const int socket = pairs[event.data.u64].server.get();
            const auto got = ::recv(socket, buffer.data(), buffer.size(), 0);
            if (got > 0) {
                (void)::send(socket, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
            }
        }
    }
}

// The viewers' side: what is under way on each pair.
class pingers {
public:
    explicit pingers(std::span<const session_ends> pairs)
        : pairs_(pairs), under_way_(pairs.size()) {
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            ready_.add(pairs[i].viewer, EPOLLIN, i);
        }
    }

    std::vector<double> run(clock::time_point until) {
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            ping(i);
        }
        while (clock::now() < until) {
            for (const auto& event : ready_.wait(look_at_stop)) {
                take(event.data.u64);
            }
        }
        return std::move(round_trips_);
    }

private:
    struct flight {
        clock::time_point began;
        std::size_t returned = 0; // bytes
    };

    void ping(std::size_t i) {
        under_way_[i] = {.began = clock::now()};
        if (::send(pairs_[i].viewer.get(), message_.data(), message_.size(), MSG_NOSIGNAL) < 0) {
            throw std::runtime_error("a viewer could not send");
        }
    }

    void take(std::size_t i) {
        auto& ball = under_way_[i];
        const auto got =
            ::recv(pairs_[i].viewer.get(), message_.data(), message_.size() - ball.returned, 0);
        if (got == 0) {
            throw std::runtime_error("the subject closed a connection");
        }
        ball.returned += got > 0 ? static_cast<std::size_t>(got) : 0;
        if (ball.returned == message_.size()) {
            const std::chrono::duration<double, std::micro> took = clock::now() - ball.began;
            round_trips_.push_back(took.count());
            ping(i);
        }
    }

    std::span<const session_ends> pairs_;
    std::vector<flight> under_way_;
    std::vector<double> round_trips_;
    message message_{};
    poller ready_;
};

} // namespace

std::vector<double> ping_pong(std::span<const session_ends> pairs,
                              std::chrono::milliseconds duration) {
    for (const auto& pair : pairs) {
        make_nonblocking(pair.viewer);
        make_nonblocking(pair.server);
    }
    const std::jthread servers([pairs](const std::stop_token& stop) { echo(stop, pairs); });
    return pingers(pairs).run(clock::now() + duration);
}

} // namespace bench
