// Every byte once and in order, both ways at once, down to those just before the FIN.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/noise.hpp"
#include "bench/test.hpp"

#include <cstdint>
#include <future>
#include <sys/socket.h>

namespace bench {

namespace {

constexpr std::size_t stream_size = std::size_t{16} * 1024 * 1024;
constexpr std::size_t last_words_size = std::size_t{777} * 1024 + 7;

// Both directions at once.
bool streams_are_intact(const session_ends& pair) {
    const auto down = noise(stream_size, 1);
    const auto up = noise(stream_size, 2);
    const auto on_its_own = [](auto... what) { return std::async(std::launch::async, what...); };
    auto sent_down = on_its_own([&] { send_in_pieces(pair.server, down); });
    auto sent_up = on_its_own([&] { send_in_pieces(pair.viewer, up); });
    auto came_up = on_its_own([&] { return hash_received(pair.server, up.size()); });
    const auto came_down = hash_received(pair.viewer, down.size());
    sent_down.get();
    sent_up.get();
    return came_down == hash_of(down) && came_up.get() == hash_of(up);
}

bool last_words_arrive(const unique_fd& from, const unique_fd& to) {
    const auto words = noise(last_words_size, 3);
    auto sent = std::async(std::launch::async, [&] {
        send_all(from, words);
        (void)::shutdown(from.get(), SHUT_WR);
    });
    const auto came = hash_received(to, SIZE_MAX);
    sent.get();
    return came == hash_of(words);
}

void measure_integrity(const slice& s) {
    const auto first = s.subject.make_pair();
    const auto second = s.subject.make_pair();
    const bool intact = streams_are_intact(first) &&
                        last_words_arrive(first.server, first.viewer) &&
                        last_words_arrive(second.viewer, second.server);
    s.record({"integrity", "every byte arrives, both ways (1 = yes)", "", better::higher},
             intact ? 1 : 0);
}

} // namespace

std::vector<test> integrity_tests() {
    return {
        {.key = "integrity", .title = "integrity", .measure = measure_integrity, .most_rounds = 2}};
}

} // namespace bench
