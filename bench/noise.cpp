// Noise, sent in pieces and hashed as it comes.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/noise.hpp"

#include <algorithm>
#include <random>

namespace bench {

std::vector<std::byte> noise(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::byte> bytes(size);
    for (auto& b : bytes) {
        b = static_cast<std::byte>(random());
    }
    return bytes;
}

void hash::feed(std::span<const std::byte> bytes) {
    for (const auto b : bytes) {
        value_ = (value_ ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3U;
    }
    size_ += bytes.size();
}

hash hash_of(std::span<const std::byte> bytes) {
    hash h;
    h.feed(bytes);
    return h;
}

void send_in_pieces(const unique_fd& socket, std::span<const std::byte> bytes) {
    std::mt19937 random(1);
    while (!bytes.empty()) {
        const auto size = std::min<std::size_t>(bytes.size(), 1 + random() % 200'000);
        send_all(socket, bytes.first(size));
        bytes = bytes.subspan(size);
    }
}

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

} // namespace bench
