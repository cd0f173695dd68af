// WebSocket frames of a server, read in place and written in front of their payload (RFC 6455 5.2).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bench::limit {

class frame_decoder {
public:
    /// Unmasks the payload of data frames and moves it to the front, in one pass. Pings and pongs
    /// are passed over; behind a Close nothing is read.
    [[nodiscard]] std::span<std::byte> decode(std::span<std::byte> received);

    [[nodiscard]] bool has_closed() const { return closed_; }

private:
    [[nodiscard]] std::size_t take_header(std::span<const std::byte>);
    [[nodiscard]] std::size_t header_size() const;
    void begin_frame();

    std::array<std::byte, 14> header_{};
    std::size_t header_filled_ = 0;
    std::uint64_t left_ = 0;         ///< of the payload
    std::array<std::byte, 8> key_{}; ///< twice, so that its first byte is for the next byte
    bool is_data_ = false;
    bool closed_ = false;
};

/// Room that a header may take.
inline constexpr std::size_t longest_header = 10;

/// Puts the header of a binary frame in front of its payload, where there is room for it.
[[nodiscard]] std::span<const std::byte> framed(std::span<std::byte> payload);

/// A Close frame with code 1000.
[[nodiscard]] std::span<const std::byte> close_frame();

} // namespace bench::limit
