// Bytes that tell whether one is missing: noise, and what has come of it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

[[nodiscard]] std::vector<std::byte> noise(std::size_t size, std::uint64_t seed);

/// FNV-1a, fed in pieces.
class hash {
public:
    void feed(std::span<const std::byte> bytes);

    /// Bytes that it was fed.
    [[nodiscard]] std::size_t size() const { return size_; }

    friend bool operator==(const hash&, const hash&) = default;

private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
    std::size_t size_ = 0;
};

[[nodiscard]] hash hash_of(std::span<const std::byte>);

/// In pieces of all sizes, so that the subject's buffers are met in every state.
void send_in_pieces(const unique_fd& socket, std::span<const std::byte>);

/// The next `size` bytes, or all until the end of the stream.
[[nodiscard]] hash hash_received(const unique_fd& socket, std::size_t size);

} // namespace bench
