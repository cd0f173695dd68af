// More peers than the subject may have descriptors for: does it spin, and does it recover?
// SPDX-License-Identifier: EUPL-1.2
#include "bench/test.hpp"

#include <stdexcept>
#include <system_error>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::size_t descriptors = 100;
constexpr std::size_t crowd_size = 300;
constexpr auto recovery_limit = 5s;

std::vector<session_ends> crowd_at(const running_subject& subject) {
    std::vector<session_ends> crowd;
    try {
        while (crowd.size() < crowd_size) {
            crowd.push_back({.viewer = connect_to(subject.viewer_port(), 200ms), .server = {}});
        }
    } catch (const std::system_error&) {
        // Its backlog is full: that is crowd enough.
    }
    return crowd;
}

// Milliseconds until a pair can be made.
double time_to_recover(running_subject& subject) {
    const auto began = clock::now();
    while (clock::now() - began < recovery_limit) {
        try {
            const auto pair = subject.make_pair();
            return std::chrono::duration<double, std::milli>(clock::now() - began).count();
        } catch (const std::exception&) {
            std::this_thread::sleep_for(10ms);
        }
    }
    throw std::runtime_error("makes no pair after the crowd has gone");
}

// Repeaters only: what a relay has connected on for the crowd would be taken for later pairs.
void measure_crowd(const slice& s) {
    s.subject.limit_descriptors(descriptors);
    auto crowd = crowd_at(s.subject);
    std::this_thread::sleep_for(100ms);
    const meter used(s.subject);
    std::this_thread::sleep_for(2 * s.how.slice);
    s.record({"crowd_cpu", "CPU at the descriptor limit", "ms/s"},
             1e3 * used.cpu_seconds() / used.seconds());
    reset(std::move(crowd));
    s.record({"crowd_recovery", "first pair after the crowd has gone", "ms"},
             time_to_recover(s.subject));
}

} // namespace

std::vector<test> crowd_tests() {
    return {{.key = "crowd",
             .title = "crowd at the descriptor limit",
             .measure = measure_crowd,
             .only = subject_kind::repeater,
             .most_rounds = 2}};
}

} // namespace bench
