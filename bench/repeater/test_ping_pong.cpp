// What the subject adds to the way there and back, alone, among others, and beside bulk.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/bulk_load.hpp"
#include "bench/repeater/ping_pong.hpp"
#include "bench/statistics.hpp"
#include "bench/test.hpp"

#include <memory>
#include <span>
#include <stdexcept>

namespace bench {

namespace {

struct shape {
    std::string key;
    std::string title;
    std::size_t active = 1;
    std::size_t bulk = 0; // pairs that stream meanwhile
    bool pinned = false;
};

void record_round_trips(const slice& s, const shape& what, const std::vector<double>& times) {
    struct level {
        const char* key;
        const char* title;
        double q;
    };

    for (const auto& [key, title, q] : {level{"_p50", ": p50", 0.5}, level{"_p99", ": p99", 0.99},
                                        level{"_p999", ": p99.9", 0.999}}) {
        s.record(
            {what.key + key, what.title + title, "us", better::lower, beside_direct::as_difference},
            quantile(times, q));
    }
}

void measure_ping_pong(const slice& s, const shape& what) {
    auto pairs = all_pairs(s, what.active + what.bulk);
    const auto all = std::span<const session_ends>(pairs);
    std::vector<double> times;
    double cpu = 0;
    double seconds = 0;
    {
        std::unique_ptr<bulk_load> beside;
        if (what.bulk > 0) {
            beside = std::make_unique<bulk_load>(all.subspan(what.active));
        }
        const meter used(s.subject);
        times = ping_pong(all.first(what.active), s.how.slice);
        seconds = used.seconds();
        cpu = used.cpu_seconds();
    }
    reset(std::move(pairs));
    if (times.empty()) {
        throw std::runtime_error("no message came back");
    }
    record_round_trips(s, what, times);
    s.record(
        {what.key + "_rate", what.title, "round trips/s", better::higher, beside_direct::as_ratio},
        static_cast<double>(times.size()) / seconds);
    if (what.bulk == 0 && s.subject.kind() != subject_kind::direct) {
        // There and back: two messages.
        s.record({what.key + "_cpu", what.title, "CPU-us/message"},
                 1e6 * cpu / (2 * static_cast<double>(times.size())));
    }
}

test ping_pong_test(const shape& what) {
    return {.key = what.key,
            .title = what.title,
            .measure = [=](const slice& s) { measure_ping_pong(s, what); },
            .pinned = what.pinned};
}

} // namespace

std::vector<test> ping_pong_tests() {
    return {
        ping_pong_test({.key = "ping_1", .title = "ping-pong, 1 pair"}),
        ping_pong_test(
            {.key = "ping_1_pinned", .title = "ping-pong, 1 pair, pinned", .pinned = true}),
        ping_pong_test({.key = "ping_64", .title = "ping-pong, 64 pairs", .active = 64}),
        ping_pong_test(
            {.key = "ping_beside_bulk", .title = "ping-pong, 1 pair beside 1 in bulk", .bulk = 1}),
    };
}

} // namespace bench
