// How many pairs a second can be made, and how long one waits for its first byte.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/set_up_load.hpp"
#include "bench/statistics.hpp"
#include "bench/test.hpp"

#include <stdexcept>

namespace bench {

namespace {

void measure_set_up(const slice& s) {
    const meter used(s.subject);
    const auto took = set_up_load(s.subject).run(2 * s.how.slice);
    const double seconds = used.seconds();
    const double cpu = used.cpu_seconds();
    if (took.empty()) {
        throw std::runtime_error("no pair was made");
    }
    const auto count = static_cast<double>(took.size());
    s.record(
        {"set_up_rate", "set-up, 8 in flight", "pairs/s", better::higher, beside_direct::as_ratio},
        count / seconds);
    s.record({"set_up_p50", "set-up, 8 in flight: p50", "ms"}, quantile(took, 0.5));
    s.record({"set_up_p99", "set-up, 8 in flight: p99", "ms"}, quantile(took, 0.99));
    if (s.subject.kind() != subject_kind::direct) {
        s.record({"set_up_cpu", "set-up, 8 in flight", "CPU-us/pair"}, 1e6 * cpu / count);
    }
}

} // namespace

std::vector<test> set_up_tests() {
    return {{.key = "set_up",
             .title = "set-up, 8 in flight",
             .measure = measure_set_up,
             .drains_first = true}};
}

} // namespace bench
