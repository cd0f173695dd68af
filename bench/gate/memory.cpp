// What a session in which nothing happens costs: memory of the gateway's own.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"

#include <stdexcept>

namespace bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::size_t warm_up = 8;
constexpr std::size_t batch = 20; // fewest that say something
// A gateway that forks is not asked for a thousand: the figure is a session's all the same.
constexpr std::chrono::milliseconds growing_limit = 4s;
constexpr double growth_limit_kib = 192.0 * 1024;

void measure_memory(const slice& s, const std::string& key, const std::string& title) {
    auto sessions = make_gate_sessions(s, warm_up);
    s.subject.wait_until_quiet();
    const double before = s.subject.pss_kib();
    const auto deadline = clock::now() + growing_limit;
    while (sessions.size() - warm_up < s.how.idle_peers && clock::now() < deadline &&
           s.subject.pss_kib() - before < growth_limit_kib) {
        for (std::size_t i = 0; i < batch; ++i) {
            sessions.push_back(make_gate_session(s.subject));
        }
    }
    s.subject.wait_until_quiet();
    const auto more = static_cast<double>(sessions.size() - warm_up);
    s.record({key, title, "KiB"}, (s.subject.pss_kib() - before) / more);
    reset(std::move(sessions));
}

test memory_test(const std::string& key, const std::string& title, wrapping wrap) {
    return {.key = key,
            .title = title,
            .measure = [=](const slice& s) { measure_memory(s, key, title); },
            .most_rounds = 2,
            .wrap = wrap};
}

} // namespace

std::vector<test> gate_memory_tests() {
    return {memory_test("idle_memory", "memory of an idle session", wrapping::plain),
            memory_test("idle_memory_tls", "memory of an idle session, TLS", wrapping::tls)};
}

} // namespace bench
