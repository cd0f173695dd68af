// Random bytes and their hash, which tell whether a stream has arrived intact.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

[[nodiscard]] std::vector<std::byte> noise(std::size_t size, std::uint64_t seed);

/// A hash (FNV-1a) that is fed in pieces.
class hash {
public:
    void feed(std::span<const std::byte> bytes);

    /// How many bytes it was fed.
    [[nodiscard]] std::size_t size() const { return size_; }

    friend bool operator==(const hash&, const hash&) = default;

private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
    std::size_t size_ = 0;
};

[[nodiscard]] hash hash_of(std::span<const std::byte>);

/// Sends the bytes in pieces of many sizes, so that the subject's buffers are hit in many states.
void send_in_pieces(const unique_fd& socket, std::span<const std::byte>);

/// The hash of the next `size` bytes, or of all until the end of the stream.
[[nodiscard]] hash hash_received(const unique_fd& socket, std::size_t size);

} // namespace bench
