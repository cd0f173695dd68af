// How soon one side learns that the other has closed, and whether the last bytes arrive.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/statistics.hpp"
#include "bench/test.hpp"

#include <stdexcept>
#include <sys/socket.h>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t last_words = std::size_t{16} * 1024;

// Milliseconds from a server's FIN, right behind its last bytes, to the viewer's EOF.
double time_of_end(running_subject& subject) {
    auto pair = subject.make_pair();
    send_all(pair.server, std::vector<std::byte>(last_words));
    const auto began = clock::now();
    (void)::shutdown(pair.server.get(), SHUT_WR);
    std::vector<std::byte> buffer(last_words);
    std::size_t got = 0;
    while (const auto part = receive_some(pair.viewer, buffer)) {
        got += part;
    }
    const std::chrono::duration<double, std::milli> took = clock::now() - began;
    if (got != last_words) {
        throw std::runtime_error("lost " + std::to_string(last_words - got) +
                                 " bytes sent before the end");
    }
    reset(std::move(pair.viewer));
    reset(std::move(pair.server));
    return took.count();
}

void measure_end(const slice& s) {
    std::vector<double> times;
    const auto until = clock::now() + s.how.slice;
    do {
        times.push_back(time_of_end(s.subject));
    } while (clock::now() < until && times.size() < 100);
    s.record({"end_p50", "end seen by the partner: p50", "ms"}, median(times));
    s.record({"end_worst", "end seen by the partner: worst", "ms"}, quantile(times, 1));
}

} // namespace

std::vector<test> end_tests() {
    return {{.key = "end", .title = "end", .measure = measure_end, .most_rounds = 3}};
}

} // namespace bench
