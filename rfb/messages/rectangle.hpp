// How long each rectangle of an update is, without decoding a pixel.    RFC 6143 7.6.1, 7.7, 7.8
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/pixel_format.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace rfb {

struct rectangle {
    static constexpr std::size_t head_size = 12; ///< bytes

    std::uint16_t x = 0; ///< pixels, but for some pseudo-encodings
    std::uint16_t y = 0;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    std::int32_t encoding = 0;

    friend bool operator==(const rectangle&, const rectangle&) = default;
};

[[nodiscard]] rectangle parse_rectangle(std::span<const std::byte, rectangle::head_size>);

/// Whether the length of such rectangles follows from what they say. Of others it depends on what a
/// decoder has seen before, or nobody has described it.
[[nodiscard]] bool can_be_measured(std::int32_t encoding);

/// Follows one rectangle behind its head. It asks for bytes to pass over and for a few to look at,
/// so that pixels need not come by here.
class rectangle_measure {
public:
    static constexpr std::size_t most_looked_at = 8;

    /// False where it cannot be measured, or not with pixels of this format.
    [[nodiscard]] bool begin(const rectangle&, const pixel_sizes&);

    /// Bytes that are of no interest, before those to look at.
    [[nodiscard]] std::uint64_t to_pass() const { return pass_; }

    void passed(std::uint64_t count) { pass_ -= count; }

    /// Bytes to look at when all others have passed; 0: the rectangle is over then.
    [[nodiscard]] std::size_t to_look_at() const { return look_; }

    /// False where no program would send these.
    [[nodiscard]] bool look(std::span<const std::byte>);

private:
    /// What is looked at next.
    enum class part : std::uint8_t {
        nothing,
        count,          ///< RRE, CoRRE: U32, of records of each_ bytes
        length,         ///< U32, of bytes
        h264_head,      ///< U32, of bytes, and flags
        tile,           ///< Hextile, ZlibHex: flags
        tile_count,     ///< U8, of records of each_ bytes
        tile_length,    ///< ZlibHex: U16, of bytes
        screens,        ///< U8 and padding: of 16 bytes each
        inner_encoding, ///< of a cursor with alpha
        vmware_kind,
        tight_control,
        tight_filter,
        tight_palette, ///< U8, of colours but one
        tight_length,  ///< first byte of the 1 to 3 of a compact length
        tight_length_2,
        tight_length_3,
    };

    void want(part next, std::size_t look, std::uint64_t pass = 0);

    void over_behind(std::uint64_t pass) { want(part::nothing, 0, pass); }

    [[nodiscard]] bool begin_cursor(std::uint64_t mask_size, std::uint64_t colours);
    void next_tile(std::uint64_t pass);
    [[nodiscard]] bool look_at_tile(std::uint8_t flags);
    [[nodiscard]] bool look_at_tight(std::uint8_t control);
    [[nodiscard]] bool look_at_filter(std::uint8_t filter);
    void tight_data(std::uint64_t size, std::uint64_t pass = 0);
    void look_at_compact(std::uint8_t byte, unsigned index);

    [[nodiscard]] std::uint64_t area() const { return std::uint64_t{head_.width} * head_.height; }

    [[nodiscard]] std::uint64_t mask_row() const { return (head_.width + 7U) / 8U; }

    rectangle head_;
    pixel_sizes sizes_;
    std::uint64_t pass_ = 0;
    std::uint64_t size_ = 0;   ///< of the data that a compact length stands before; the length
    std::uint64_t each_ = 0;   ///< bytes of a record that is counted
    std::uint32_t tile_x_ = 0; ///< of the tile that comes next
    std::uint32_t tile_y_ = 0;
    part part_ = part::nothing;
    std::uint8_t look_ = 0;
    bool is_inner_ = false; ///< of a cursor with alpha
};

} // namespace rfb
