// How much goes through a gateway, up and down, and what a gigabyte costs.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/load.hpp"

#include <optional>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;

struct shape {
    std::string key;
    std::string title;
    flow what;
    std::size_t sessions = 1;
    wrapping wrap = wrapping::plain;
    bool pinned = false;
    std::optional<subject_kind> only = {};
};

void measure_bulk(const slice& s, const shape& how) {
    auto sessions = make_gate_sessions(s, how.sessions);
    double bytes = 0;
    double seconds = 0;
    double cpu = 0;
    {
        const gate_load load(sessions, how.what);
        std::this_thread::sleep_for(150ms); // autotuned buffers
        const auto before = load.received();
        const meter used(s.subject);
        std::this_thread::sleep_for(s.how.slice);
        seconds = used.seconds();
        bytes = static_cast<double>(load.received() - before);
        cpu = used.cpu_seconds();
    }
    reset(std::move(sessions));
    if (bytes == 0) {
        throw std::runtime_error("nothing came through");
    }
    s.record({how.key + "_rate", how.title, "GB/s", better::higher}, bytes / seconds / 1e9);
    s.record({how.key + "_cpu", how.title, "CPU-s/GB"}, cpu / (bytes / 1e9));
}

test bulk_test(const shape& how) {
    return {.key = how.key,
            .title = how.title,
            .measure = [=](const slice& s) { measure_bulk(s, how); },
            .pinned = how.pinned,
            .only = how.only,
            .wrap = how.wrap};
}

} // namespace

std::vector<test> gate_bulk_tests() {
    constexpr flow up_1k{.up = true, .frame = 1024};
    constexpr flow up_1k_records{.up = true, .frame = 1024, .one_by_one = true};
    constexpr flow up_64k{.up = true, .frame = 65536};
    constexpr flow down{};
    constexpr auto tls = wrapping::tls;
    return {
        bulk_test({.key = "up_1k", .title = "up, frames of 1 KiB", .what = up_1k}),
        bulk_test({.key = "up_64k", .title = "up, frames of 64 KiB", .what = up_64k}),
        bulk_test({.key = "down", .title = "down", .what = down}),
        bulk_test({.key = "down_pinned",
                   .title = "down, pinned",
                   .what = down,
                   .pinned = true,
                   .only = subject_kind::chain}),
        bulk_test({.key = "up_1k_8",
                   .title = "up, frames of 1 KiB, 8 sessions",
                   .what = up_1k,
                   .sessions = 8}),
        bulk_test({.key = "down_8", .title = "down, 8 sessions", .what = down, .sessions = 8}),
        bulk_test({.key = "tls_up_1k",
                   .title = "TLS up, records of one frame of 1 KiB",
                   .what = up_1k_records,
                   .wrap = tls}),
        bulk_test({.key = "tls_up_64k",
                   .title = "TLS up, frames of 64 KiB",
                   .what = up_64k,
                   .wrap = tls}),
        bulk_test({.key = "tls_down", .title = "TLS down", .what = down, .wrap = tls}),
    };
}

} // namespace bench
