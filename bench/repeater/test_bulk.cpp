// How much goes through, and what a gigabyte costs.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/bulk_load.hpp"
#include "bench/test.hpp"

#include <stdexcept>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;

void measure_bulk(const slice& s, const std::string& key, const std::string& title,
                  std::size_t count) {
    auto pairs = all_pairs(s, count);
    double bytes = 0;
    double seconds = 0;
    double cpu = 0;
    {
        const bulk_load load(pairs);
        std::this_thread::sleep_for(150ms); // autotuned buffers, gears
        const auto before = load.received();
        const meter used(s.subject);
        std::this_thread::sleep_for(s.how.slice);
        seconds = used.seconds();
        bytes = static_cast<double>(load.received() - before);
        cpu = used.cpu_seconds();
    }
    reset(std::move(pairs));
    if (bytes == 0) {
        throw std::runtime_error("nothing came through");
    }
    s.record({key + "_rate", title, "GB/s", better::higher, beside_direct::as_ratio},
             bytes / seconds / 1e9);
    if (s.subject.kind() != subject_kind::direct) {
        s.record({key + "_cpu", title, "CPU-s/GB"}, cpu / (bytes / 1e9));
    }
}

test bulk_test(std::size_t count, bool pinned) {
    const auto key = "bulk_" + std::to_string(count) + (pinned ? "_pinned" : "");
    const auto title = "bulk, " + std::to_string(count) + (count == 1 ? " pair" : " pairs") +
                       (pinned ? ", pinned" : "");
    return {.key = key,
            .title = title,
            .measure = [=](const slice& s) { measure_bulk(s, key, title, count); },
            .pinned = pinned};
}

} // namespace

std::vector<test> bulk_tests() {
    return {bulk_test(1, false), bulk_test(8, false), bulk_test(64, false), bulk_test(8, true)};
}

} // namespace bench
