// What a set-up test records.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/set_up_tests.hpp"

#include "bench/statistics.hpp"

#include <stdexcept>

namespace bench {

namespace {

void record_times(const slice& s, const std::string& key, const std::string& title,
                  const std::vector<double>& took) {
    if (took.empty()) {
        throw std::runtime_error("nothing was set up");
    }
    s.record({key + "_p50", title + ": p50", "ms"}, quantile(took, 0.5));
    s.record({key + "_p99", title + ": p99", "ms"}, quantile(took, 0.99));
}

void measure_closed(const slice& s, const set_up_shape& shape, const set_up_load& load) {
    const meter used(s.subject);
    const auto took = load(s);
    const double seconds = used.seconds();
    const double cpu = used.cpu_seconds();
    const auto count = static_cast<double>(took.size());
    s.record({shape.key + "_rate", shape.title, shape.what + "s/s", better::higher,
              beside_direct::as_ratio},
             count / seconds);
    record_times(s, shape.key, shape.title, took);
    if (s.subject.kind() != subject_kind::direct) {
        s.record({shape.key + "_cpu", shape.title, "CPU-us/" + shape.what}, 1e6 * cpu / count);
    }
}

// The shape as it is, and the one on one CPU.
std::vector<std::pair<set_up_shape, bool>> with_pinned(set_up_shape shape) {
    auto pinned = shape;
    pinned.key += "_pinned";
    pinned.title += ", pinned";
    return {{std::move(shape), false}, {std::move(pinned), true}};
}

} // namespace

std::vector<test> closed_set_up_tests(const set_up_shape& shape, const set_up_load& load) {
    std::vector<test> tests;
    for (const auto& [each, pinned] : with_pinned(shape)) {
        tests.push_back(
            {.key = each.key,
             .title = each.title,
             .measure = [each = each, load](const slice& s) { measure_closed(s, each, load); },
             .pinned = pinned,
             .drains_first = true,
             .wrap = each.wrap});
    }
    return tests;
}

std::vector<test> open_set_up_tests(const set_up_shape& shape, const set_up_load& load) {
    auto half = shape;
    half.key += "_half";
    half.title = "set-up at half the rate";
    std::vector<test> tests;
    for (const auto& [each, pinned] : with_pinned(half)) {
        tests.push_back(
            {.key = each.key,
             .title = each.title,
             .measure = [each = each,
                         load](const slice& s) { record_times(s, each.key, each.title, load(s)); },
             .pinned = pinned,
             .drains_first = true,
             .wrap = each.wrap,
             .half_of = shape.key + (pinned ? "_pinned_rate" : "_rate")});
    }
    return tests;
}

} // namespace bench
