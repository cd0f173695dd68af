// How a pixel is laid out, as far as lengths depend on it.                     RFC 6143 7.4
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rfb {

/// In the order of its 16 bytes, of which the last three are padding.
struct pixel_format {
    static constexpr std::size_t size = 16; ///< bytes

    std::uint8_t bits_per_pixel = 0;
    std::uint8_t depth = 0; ///< bits of a pixel that are used
    bool big_endian = false;
    bool true_colour = false;
    std::array<std::uint16_t, 3> most{};  ///< of red, green and blue
    std::array<std::uint8_t, 3> shifts{}; ///< to the right, until that colour is the lowest

    friend bool operator==(const pixel_format&, const pixel_format&) = default;
};

[[nodiscard]] pixel_format parse_pixel_format(std::span<const std::byte, pixel_format::size>);

/// Bytes that pixels take.
struct pixel_sizes {
    std::uint8_t pixel = 0; ///< 1, 2 or 4; 0: no program has such pixels
    /// Of a pixel inside Tight (TPIXEL): 3 in the usual 32-bit format. 0: programs disagree.
    std::uint8_t tight = 0;

    friend bool operator==(const pixel_sizes&, const pixel_sizes&) = default;
};

[[nodiscard]] pixel_sizes sizes_of(const pixel_format&);

} // namespace rfb
