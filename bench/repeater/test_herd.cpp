// Servers that all reconnect at once: how long until every one of them can be met?
// SPDX-License-Identifier: EUPL-1.2
#include "bench/test.hpp"

#include <functional>
#include <future>
#include <span>

namespace bench {

namespace {

// Connects servers one after the other, each with its ID; several of these run side by side.
void join_herd(running_subject& subject, std::span<session_ends> places,
               std::span<const std::uint64_t> ids) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        places[i].server = subject.waiting_server(ids[i]);
    }
}

void measure_herd(const slice& s) {
    std::vector<session_ends> herd(s.how.herd);
    std::vector<std::uint64_t> ids(herd.size());
    for (auto& id : ids) {
        id = s.subject.next_id();
    }
    const auto half = herd.size() / 2;
    const std::span places(herd);
    const std::span<const std::uint64_t> names(ids);
    const meter used(s.subject);
    auto other = std::async(std::launch::async, join_herd, std::ref(s.subject),
                            places.subspan(half), names.subspan(half));
    join_herd(s.subject, places.first(half), names.first(half));
    other.get();
    // Peers are accepted in order: when the last of both have met a viewer, all are there.
    for (const auto last : {half - 1, herd.size() - 1}) {
        const auto viewer = s.subject.viewer_for(herd[last].server, ids[last]);
    }
    s.record({"herd", "a herd of servers registers", "s"}, used.seconds());
    s.record({"herd_cpu", "CPU a registered server", "us"},
             1e6 * used.cpu_seconds() / static_cast<double>(herd.size()));
    reset(std::move(herd));
}

} // namespace

std::vector<test> herd_tests() {
    return {{.key = "herd",
             .title = "herd of reconnecting servers",
             .measure = measure_herd,
             .first_only = true,
             .most_rounds = 2}};
}

} // namespace bench
