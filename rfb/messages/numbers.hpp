// Numbers at places in a head, and lengths that both sides write alike.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rfb {

/// Big-endian, at a place that is there.
[[nodiscard]] inline std::uint64_t u8_at(std::span<const std::byte> head, std::size_t at) {
    return std::to_integer<std::uint64_t>(head[at]);
}

[[nodiscard]] inline std::uint64_t u16_at(std::span<const std::byte> head, std::size_t at) {
    return u8_at(head, at) << 8U | u8_at(head, at + 1);
}

[[nodiscard]] inline std::uint64_t u32_at(std::span<const std::byte> head, std::size_t at) {
    return u16_at(head, at) << 16U | u16_at(head, at + 2);
}

/// Bytes behind the length of a text that was cut: where it is negative, of the extended clipboard,
/// whose flags take 4 bytes (rfbproto, Extended Clipboard).
[[nodiscard]] inline std::optional<std::uint64_t> cut_text_size(std::uint64_t length) {
    constexpr std::uint64_t negative = std::uint64_t{1} << 31U;
    constexpr std::uint64_t flags = 4;
    if (length < negative) {
        return length;
    }
    const auto extended = (std::uint64_t{1} << 32U) - length;
    return extended >= flags && extended < negative ? std::optional{extended} : std::nullopt;
}

/// Of UltraVNC's chat: bytes, or a command without any.
[[nodiscard]] inline std::uint64_t chat_size(std::uint64_t length) {
    constexpr std::uint64_t first_command = 0xfffffffdU; // finished, close, open
    return length >= first_command ? 0 : length;
}

/// Of Tight's file transfer: the last piece has no bytes, and a time (U16s at 2 and 4).
[[nodiscard]] inline std::uint64_t file_data_size(std::span<const std::byte> head) {
    constexpr std::uint64_t time_size = 4;
    const auto size = u16_at(head, 4);
    return size == 0 && u16_at(head, 2) == 0 ? time_size : size;
}

/// rfbproto, Fence.
[[nodiscard]] inline std::optional<std::uint64_t> fence_size(std::uint64_t length) {
    constexpr std::uint64_t most = 64;
    return length <= most ? std::optional{length} : std::nullopt;
}

/// rfbproto, General Input Interface: a U16 at 2, whose order of bytes the second byte tells.
[[nodiscard]] inline std::uint64_t gii_size(std::span<const std::byte> head) {
    constexpr std::uint64_t big_endian = 0x80;
    return (u8_at(head, 1) & big_endian) != 0 ? u16_at(head, 2)
                                              : u8_at(head, 3) << 8U | u8_at(head, 2);
}

} // namespace rfb
