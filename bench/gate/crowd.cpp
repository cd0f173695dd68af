// A thousand sessions that take nothing: what they cost, and what ten good ones feel of them.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/load.hpp"
#include "bench/statistics.hpp"

#include <array>
#include <sys/socket.h>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t good_ones = 10;
constexpr std::size_t slices = 7;

// Small buffers of ours: what the kernel keeps for us is of no interest.
void keep_little(const unique_fd& socket) {
    constexpr int little = 16 * 1024;
    for (const int what : {SO_RCVBUF, SO_SNDBUF}) {
        (void)::setsockopt(socket.get(), SOL_SOCKET, what, &little, sizeof little);
    }
}

// A client's frame without an end, masked by zeros: what follows may be cut anywhere.
constexpr std::array endless_frame{std::byte{0x82}, std::byte{0xff}, std::byte{0}, std::byte{0},
                                   std::byte{0x7f}, std::byte{0xff}, std::byte{0}, std::byte{0},
                                   std::byte{0},    std::byte{0},    std::byte{0}, std::byte{0},
                                   std::byte{0},    std::byte{0}};

// Half of them have a client that does not read, half a target that does not.
void flood(std::vector<gate_session>& sessions) {
    const std::vector<std::byte> zeros(std::size_t{64} * 1024);
    for (std::size_t i = 1; i < sessions.size(); i += 2) {
        sessions[i].client.send_now(endless_frame);
    }
    // Until nobody takes any more.
    for (std::size_t taken = 1; taken > 0;) {
        taken = 0;
        for (std::size_t i = 0; i < sessions.size(); ++i) {
            auto& session = sessions[i];
            const auto some =
                i % 2 == 0 ? ::send(session.target.get(), zeros.data(), zeros.size(),
                                    MSG_NOSIGNAL | MSG_DONTWAIT)
                           : static_cast<ssize_t>(session.client.try_send(zeros).value_or(0));
            taken += some > 0 ? 1 : 0;
        }
        std::this_thread::sleep_for(5ms);
    }
}

double rate_of(std::span<gate_session> sessions, std::chrono::milliseconds duration) {
    const gate_load load(sessions, {.up = false});
    std::this_thread::sleep_for(150ms);
    const auto before = load.received();
    const auto began = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(duration);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return static_cast<double>(load.received() - before) / took.count() / 1e9;
}

// Of several slices: in the first ones after a flood the kernel still repeats segments that did not
// fit, and takes memory that it never had.
double usual_rate_of(std::span<gate_session> sessions, std::chrono::milliseconds slice) {
    std::vector<double> rates(slices);
    for (auto& each : rates) {
        each = rate_of(sessions, slice);
    }
    return median(rates);
}

void measure_crowd(const slice& s) {
    auto good = make_gate_sessions(s, good_ones);
    const double alone = usual_rate_of(good, s.how.slice);
    auto stalled = make_gate_sessions(s, s.how.idle_peers);
    for (const auto& session : stalled) {
        keep_little(session.target);
        keep_little(session.client.socket());
    }
    const double before = s.subject.pss_kib();
    flood(stalled);
    s.subject.wait_until_quiet();
    s.record({"stalled_session_memory", "memory for a stalled session", "KiB"},
             (s.subject.pss_kib() - before) / static_cast<double>(stalled.size()));
    const meter used(s.subject);
    std::this_thread::sleep_for(s.how.slice);
    s.record({"stalled_sessions_cpu", "CPU beside stalled sessions", "ms/s"},
             1e3 * used.cpu_seconds() / used.seconds());
    s.record({"stalled_rate", "rate of 10 others beside stalled sessions, of that alone", "",
              better::higher},
             usual_rate_of(good, s.how.slice) / alone);
    reset(std::move(stalled));
    reset(std::move(good));
}

} // namespace

std::vector<test> gate_crowd_tests() {
    return {{.key = "stalled",
             .title = "stalled sessions",
             .measure = measure_crowd,
             .first_only = true,
             .most_rounds = 3}};
}

} // namespace bench
