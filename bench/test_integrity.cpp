// Every byte once and in order, both ways at once, down to those just before the FIN.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/test.hpp"

#include <algorithm>
#include <cstdint>
#include <future>
#include <random>
#include <sys/socket.h>

namespace bench {

namespace {

constexpr std::size_t stream_size = std::size_t{16} * 1024 * 1024;
constexpr std::size_t last_words_size = std::size_t{777} * 1024 + 7;

std::vector<std::byte> noise(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::byte> bytes(size);
    for (auto& b : bytes) {
        b = static_cast<std::byte>(random());
    }
    return bytes;
}

// FNV-1a, fed in pieces.
class hash {
public:
    void feed(std::span<const std::byte> bytes) {
        for (const auto b : bytes) {
            value_ = (value_ ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3U;
        }
        size_ += bytes.size();
    }

    friend bool operator==(const hash&, const hash&) = default;

private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
    std::size_t size_ = 0;
};

hash hash_of(std::span<const std::byte> bytes) {
    hash h;
    h.feed(bytes);
    return h;
}

// Sends in pieces of all sizes, so that the subject's buffers are met in every state.
void send_in_pieces(const unique_fd& socket, std::span<const std::byte> bytes) {
    std::mt19937 random(1);
    while (!bytes.empty()) {
        const auto size = std::min<std::size_t>(bytes.size(), 1 + random() % 200'000);
        send_all(socket, bytes.first(size));
        bytes = bytes.subspan(size);
    }
}

// The next `size` bytes, or all until the end of the stream.
hash hash_received(const unique_fd& socket, std::size_t size) {
    hash h;
    std::vector<std::byte> buffer(100'000);
    while (size > 0) {
        const auto got =
            receive_some(socket, std::span(buffer).first(std::min(size, buffer.size())));
        if (got == 0) {
            break;
        }
        h.feed(std::span(buffer).first(got));
        size -= got;
    }
    return h;
}

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
