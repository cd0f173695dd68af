// Many sessions at the rate of people.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/mixed_load.hpp"
#include "bench/statistics.hpp"
#include "bench/test.hpp"

#include <stdexcept>

namespace bench {

namespace {

using namespace std::chrono_literals;

void measure_mixed(const slice& s) {
    auto pairs = all_pairs(s, s.how.mixed_sessions);
    mixed_load load(pairs);
    (void)load.run(200ms);
    const meter used(s.subject);
    const auto delays = load.run(2 * s.how.slice);
    const double seconds = used.seconds();
    const double cpu = used.cpu_seconds();
    reset(std::move(pairs));
    if (delays.empty()) {
        throw std::runtime_error("no input event came through");
    }
    const auto title = "mixed, " + std::to_string(s.how.mixed_sessions) + " sessions";
    if (s.subject.kind() != subject_kind::direct) {
        s.record({"mixed_cpu", title, "CPU-s/s"}, cpu / seconds);
    }
    s.record({"mixed_event_p50", title + ": input event p50", "us", better::lower,
              beside_direct::as_difference},
             quantile(delays, 0.5));
    s.record({"mixed_event_p99", title + ": input event p99", "us", better::lower,
              beside_direct::as_difference},
             quantile(delays, 0.99));
    s.record({"mixed_sent", title + ": updates that went out", "share", better::higher},
             load.sent_share());
}

} // namespace

std::vector<test> mixed_tests() {
    return {{.key = "mixed", .title = "mixed load", .measure = measure_mixed}};
}

} // namespace bench
