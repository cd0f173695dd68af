// What peers that do nothing cost: memory of the subject's own, and CPU.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/test.hpp"

#include <stdexcept>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// Subjects that fork may not make all peers in this time; the figure is a peer's all the same.
constexpr std::chrono::milliseconds growing_limit = 4s;
constexpr std::size_t fewest_peers = 20;

double quiet_pss_kib(const running_subject& s) {
    s.wait_until_quiet();
    return s.pss_kib();
}

// Growth since it was made, of a subject that has had its first peers.
class growth {
public:
    explicit growth(const running_subject& s) : subject_(s), before_(quiet_pss_kib(s)) {}

    [[nodiscard]] double kib_each(std::size_t peers) const {
        if (peers < fewest_peers) {
            throw std::runtime_error("made only " + std::to_string(peers) + " peers");
        }
        return (quiet_pss_kib(subject_) - before_) / static_cast<double>(peers);
    }

private:
    const running_subject& subject_;
    double before_;
};

void measure_idle_pairs(const slice& s) {
    if (s.subject.kind() == subject_kind::direct) {
        return;
    }
    const auto first = all_pairs(s, 8);
    const growth grown(s.subject);
    auto pairs = s.subject.make_pairs(s.how.idle_peers, growing_limit);
    s.record({"idle_pair_memory", "memory of an idle pair", "KiB"}, grown.kib_each(pairs.size()));
    const meter used(s.subject);
    std::this_thread::sleep_for(1s);
    s.record({"idle_pairs_cpu", "CPU of 1000 idle pairs", "ms/s"},
             1e3 * used.cpu_seconds() / used.seconds() * 1000 / static_cast<double>(pairs.size()));
    reset(std::move(pairs));
}

// Adds to `waiting` and returns once the subject has taken them in. It takes peers in order, so
// that it has all when the last one has met its viewer; that pair then goes.
void add_waiting_servers(running_subject& subject, std::size_t count,
                         std::vector<session_ends>& waiting) {
    for (std::size_t i = 0; i < count; ++i) {
        waiting.push_back({.viewer = {}, .server = subject.waiting_server(subject.next_id())});
    }
    const auto id = subject.next_id();
    const auto last = subject.waiting_server(id);
    const auto viewer = subject.viewer_for(last, id);
}

void measure_waiting_servers(const slice& s) {
    constexpr std::size_t batch = 20;
    std::vector<session_ends> waiting;
    add_waiting_servers(s.subject, batch, waiting);
    const growth grown(s.subject);
    const auto before = waiting.size();
    const auto deadline = clock::now() + growing_limit;
    while (waiting.size() < s.how.idle_peers && clock::now() < deadline) {
        add_waiting_servers(s.subject, batch, waiting);
    }
    s.record({"waiting_memory", "memory of a waiting server", "KiB"},
             grown.kib_each(waiting.size() - before));
    reset(std::move(waiting));
}

} // namespace

std::vector<test> memory_tests() {
    return {{.key = "idle", .title = "idle pairs", .measure = measure_idle_pairs, .most_rounds = 2},
            {.key = "waiting",
             .title = "waiting servers",
             .measure = measure_waiting_servers,
             .only = subject_kind::repeater,
             .most_rounds = 2}};
}

} // namespace bench
