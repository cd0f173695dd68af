// What peers that say nothing, or take nothing, do to the others.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/bulk_load.hpp"
#include "bench/test.hpp"

#include <algorithm>
#include <sys/socket.h>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr double gave_up_ms = 10'000; // socket.hpp's io_limit

// The longest of several set-ups, in milliseconds.
double worst_set_up(running_subject& subject) {
    double worst = 0;
    for (int i = 0; i < 10; ++i) {
        const auto began = clock::now();
        try {
            const auto pair = subject.make_pair();
            const std::chrono::duration<double, std::milli> took = clock::now() - began;
            worst = std::max(worst, took.count());
        } catch (const std::exception&) {
            return gave_up_ms;
        }
    }
    return worst;
}

// Connected, and no more.
std::vector<session_ends> silent_peers(running_subject& subject, std::size_t count) {
    std::vector<session_ends> silent;
    for (std::size_t i = 0; i < count; ++i) {
        session_ends ends;
        ends.viewer = connect_to(subject.viewer_port());
        ends.server = subject.kind() == subject_kind::repeater ? connect_to(subject.server_port())
                                                               : accept_from(subject.listener());
        silent.push_back(std::move(ends));
    }
    return silent;
}

void measure_silent(const slice& s) {
    auto silent = silent_peers(s.subject, 8);
    std::this_thread::sleep_for(100ms);
    s.record({"silent_set_up", "set-up beside 16 silent peers: worst of 10", "ms"},
             worst_set_up(s.subject));
    reset(std::move(silent));
}

// Sends until nothing has been taken for a while, as to a viewer that does not read. Bytes taken.
std::size_t fill(const unique_fd& socket) {
    constexpr std::size_t enough = std::size_t{512} * 1024 * 1024;
    const std::vector<std::byte> chunk(std::size_t{256} * 1024);
    std::size_t taken = 0;
    for (auto last = clock::now(); clock::now() - last < 300ms && taken < enough;) {
        const auto sent = ::send(socket.get(), chunk.data(), chunk.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            taken += static_cast<std::size_t>(sent);
            last = clock::now();
        } else {
            std::this_thread::sleep_for(5ms);
        }
    }
    return taken;
}

// So that what every worker needs once does not count as the stalled pair's.
void warm_up(const slice& s) {
    auto pairs = all_pairs(s, 8);
    {
        const bulk_load load(pairs);
        std::this_thread::sleep_for(150ms);
    }
    reset(std::move(pairs));
    s.subject.wait_until_quiet();
}

void measure_stalled_viewer(const slice& s) {
    if (s.subject.kind() == subject_kind::direct) {
        return;
    }
    warm_up(s);
    const auto pair = s.subject.make_pair();
    const double before = s.subject.pss_kib();
    make_nonblocking(pair.server);
    const auto taken = fill(pair.server);
    s.record({"stalled_memory", "memory for a stalled viewer", "KiB"},
             s.subject.pss_kib() - before);
    s.record({"stalled_taken", "taken for a stalled viewer, mostly by the kernel", "MB"},
             static_cast<double>(taken) / 1e6);
    const meter used(s.subject);
    std::this_thread::sleep_for(s.how.slice);
    s.record({"stalled_cpu", "CPU beside a stalled viewer", "ms/s"},
             1e3 * used.cpu_seconds() / used.seconds());
    s.record({"stalled_set_up", "set-up beside a stalled viewer: worst of 10", "ms"},
             worst_set_up(s.subject));
}

} // namespace

std::vector<test> stall_tests() {
    return {{.key = "silent", .title = "silent peers", .measure = measure_silent, .most_rounds = 3},
            {.key = "stalled",
             .title = "a stalled viewer",
             .measure = measure_stalled_viewer,
             .most_rounds = 3}};
}

} // namespace bench
