// A table of what follows the head, and a step for each kind of length.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/rectangle.hpp"

#include "rfb/bytes.hpp"
#include "rfb/messages/encoding.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace rfb {

namespace {

enum class rectangle_form : std::uint8_t {
    fixed,        ///< so many bytes
    raw,          ///< all pixels
    rre,          ///< so many bytes more than a pixel in each subrectangle
    tiles,        ///< of 16 x 16 pixels
    length,       ///< a U32, and so many bytes
    h264,         ///< a U32, flags, and so many bytes
    tight,        ///< one of its compressions
    cursor,       ///< pixels, and a mask
    x_cursor,     ///< two colours, and two masks
    alpha_cursor, ///< another encoding, at 32 bits a pixel
    vmware_cursor,
    screens,
    name,    ///< a text, or with a place UltraVNC's size of a view
    as_wide, ///< as many bytes as it claims to be wide
};

struct rectangle_row {
    std::int32_t encoding;
    rectangle_form goes_on;
    std::uint8_t size = 0;
};

constexpr auto rectangle_rows = std::to_array<rectangle_row>({
    {encoding::raw, rectangle_form::raw},
    {encoding::copy_rect, rectangle_form::fixed, 4},
    {encoding::rre, rectangle_form::rre, 8},
    {encoding::corre, rectangle_form::rre, 4},
    {encoding::hextile, rectangle_form::tiles},
    {encoding::zlib_hex, rectangle_form::tiles},
    {encoding::zstd_hex, rectangle_form::tiles},
    {encoding::zlib, rectangle_form::length},
    {encoding::ultra, rectangle_form::length},
    {encoding::ultra_2, rectangle_form::length},
    {encoding::zrle, rectangle_form::length},
    {encoding::zywrle, rectangle_form::length},
    {encoding::zstd, rectangle_form::length},
    {encoding::zstd_rle, rectangle_form::length},
    {encoding::zstd_ywrle, rectangle_form::length},
    {encoding::cache_zip, rectangle_form::length},
    {encoding::queue_zip, rectangle_form::length},
    {encoding::ultra_zip, rectangle_form::length},
    {encoding::queue_zstd, rectangle_form::length},
    {encoding::cache, rectangle_form::fixed, 2},
    {encoding::tight, rectangle_form::tight},
    {encoding::tight_zstd, rectangle_form::tight},
    {encoding::tight_png, rectangle_form::tight},
    {encoding::h264, rectangle_form::h264},
    {encoding::desktop_size, rectangle_form::fixed},
    {encoding::last_rect, rectangle_form::fixed},
    {encoding::pointer_position, rectangle_form::fixed},
    {encoding::pointer_type, rectangle_form::fixed},
    {encoding::qemu_key, rectangle_form::fixed},
    {encoding::qemu_audio, rectangle_form::fixed},
    {encoding::extended_mouse_buttons, rectangle_form::fixed},
    {encoding::cursor, rectangle_form::cursor},
    {encoding::x_cursor, rectangle_form::x_cursor},
    {encoding::led_state, rectangle_form::fixed, 1},
    {encoding::desktop_name, rectangle_form::name},
    {encoding::extended_desktop_size, rectangle_form::screens},
    {encoding::cursor_with_alpha, rectangle_form::alpha_cursor},
    {encoding::presentation_time, rectangle_form::fixed, 8},
    {encoding::vmware_cursor, rectangle_form::vmware_cursor},
    {encoding::vmware_cursor_state, rectangle_form::fixed, 2},
    {encoding::vmware_cursor_position, rectangle_form::fixed},
    {encoding::vmware_key_repeat, rectangle_form::fixed, 10},
    {encoding::vmware_led_state, rectangle_form::fixed, 4},
    {encoding::vmware_mode_change, rectangle_form::fixed, 16},
    {encoding::vmware_virtual_machine, rectangle_form::fixed, 2},
    {encoding::keyboard_leds, rectangle_form::fixed},
    {encoding::supported_messages, rectangle_form::fixed, 64},
    {encoding::supported_encodings, rectangle_form::as_wide},
    {encoding::server_identity, rectangle_form::as_wide},
});

const rectangle_row* find_rectangle(std::int32_t encoding) {
    const auto* const found =
        std::find_if(rectangle_rows.begin(), rectangle_rows.end(),
                     [encoding](const rectangle_row& r) { return r.encoding == encoding; });
    return found == rectangle_rows.end() ? nullptr : found;
}

constexpr std::uint32_t tile_side = 16;

/// What a Hextile's first byte says (RFC 6143 7.7.4). The last two are ZlibHex'.
enum tile_flag : std::uint8_t {
    is_raw = 1,
    has_background = 2,
    has_foreground = 4,
    has_subrects = 8,
    is_coloured = 16,
    is_zlib_raw = 32,
    is_zlib = 64,
};

/// Cursors are small; programs refuse larger ones.
constexpr std::uint64_t largest_cursor = std::uint64_t{1024} * 1024;

} // namespace

rectangle parse_rectangle(std::span<const std::byte, rectangle::head_size> bytes) {
    byte_reader in(bytes);
    rectangle r;
    r.x = *in.u16();
    r.y = *in.u16();
    r.width = *in.u16();
    r.height = *in.u16();
    r.encoding = static_cast<std::int32_t>(*in.u32());
    return r;
}

bool can_be_measured(std::int32_t encoding) {
    return find_rectangle(encoding) != nullptr;
}

void rectangle_measure::want(part next, std::size_t look, std::uint64_t pass) {
    part_ = next;
    look_ = static_cast<std::uint8_t>(look);
    pass_ = pass;
}

bool rectangle_measure::begin(const rectangle& r, const pixel_sizes& sizes) {
    const auto* const known = find_rectangle(r.encoding);
    if (known == nullptr || sizes.pixel == 0) {
        return false;
    }
    constexpr std::size_t length = 4;
    head_ = r;
    sizes_ = sizes;
    switch (known->goes_on) {
    case rectangle_form::fixed:
        over_behind(known->size);
        return true;
    case rectangle_form::raw:
        over_behind(area() * sizes.pixel);
        return true;
    case rectangle_form::rre:
        each_ = std::uint64_t{known->size} + sizes.pixel;
        want(part::count, length);
        return true;
    case rectangle_form::tiles:
        tile_x_ = tile_y_ = 0;
        next_tile(0);
        return true;
    case rectangle_form::length:
        want(part::length, length);
        return true;
    case rectangle_form::h264:
        want(part::h264_head, 2 * length);
        return true;
    case rectangle_form::tight:
        want(part::tight_control, 1);
        return sizes.tight != 0;
    case rectangle_form::cursor:
        return begin_cursor(mask_row() * r.height, area() * sizes.pixel);
    case rectangle_form::x_cursor: {
        constexpr std::uint64_t two_colours = 6;
        return begin_cursor(2 * mask_row() * r.height, area() > 0 ? two_colours : 0);
    }
    case rectangle_form::alpha_cursor:
        want(part::inner_encoding, length);
        return !is_inner_ && area() <= largest_cursor;
    case rectangle_form::vmware_cursor:
        want(part::vmware_kind, 2);
        return area() <= largest_cursor;
    case rectangle_form::screens:
        want(part::screens, length);
        return true;
    case rectangle_form::name:
        if (r.x != 0 || r.y != 0 || r.width != 0 || r.height != 0) {
            over_behind(0);
        } else {
            want(part::length, length);
        }
        return true;
    case rectangle_form::as_wide:
        over_behind(r.width);
        return true;
    }
    return false;
}

bool rectangle_measure::begin_cursor(std::uint64_t mask_size, std::uint64_t colours) {
    over_behind(mask_size + colours);
    return area() <= largest_cursor;
}

bool rectangle_measure::look(std::span<const std::byte> bytes) {
    byte_reader in(bytes);
    switch (part_) {
    case part::nothing:
        break;
    case part::count:
        over_behind(sizes_.pixel + *in.u32() * each_);
        return true;
    case part::length:
    case part::h264_head:
        over_behind(*in.u32());
        return true;
    case part::tile:
        return look_at_tile(*in.u8());
    case part::tile_count:
        next_tile(*in.u8() * each_);
        return true;
    case part::tile_length:
        next_tile(*in.u16());
        return true;
    case part::screens: {
        constexpr std::uint64_t each = 16;
        over_behind(each * *in.u8());
        return true;
    }
    case part::inner_encoding: {
        auto inner = head_;
        inner.encoding = static_cast<std::int32_t>(*in.u32());
        is_inner_ = true;
        const bool may = is_picture(inner.encoding) && begin(inner, {4, 4});
        is_inner_ = false;
        return may;
    }
    case part::vmware_kind: {
        const auto kind = *in.u8();
        constexpr std::uint64_t masks = 2;
        constexpr std::uint64_t with_alpha = 4;
        over_behind(area() * (kind == 0 ? masks * sizes_.pixel : with_alpha));
        return kind <= 1;
    }
    case part::tight_control:
        return look_at_tight(*in.u8());
    case part::tight_filter:
        return look_at_filter(*in.u8());
    case part::tight_palette: {
        const std::uint64_t colours = *in.u8() + 1U;
        tight_data(colours <= 2 ? mask_row() * head_.height : area(), colours * sizes_.tight);
        return true;
    }
    case part::tight_length:
        look_at_compact(*in.u8(), 0);
        return true;
    case part::tight_length_2:
        look_at_compact(*in.u8(), 1);
        return true;
    case part::tight_length_3:
        look_at_compact(*in.u8(), 2);
        return true;
    }
    return false;
}

/// Row by row, from left to right. Those at the edges are smaller.
void rectangle_measure::next_tile(std::uint64_t pass) {
    if (tile_x_ >= head_.width) {
        tile_x_ = 0;
        tile_y_ += tile_side;
    }
    if (head_.width == 0 || tile_y_ >= head_.height) {
        over_behind(pass);
    } else {
        want(part::tile, 1, pass);
    }
}

bool rectangle_measure::look_at_tile(std::uint8_t flags) {
    const auto width = std::min(tile_side, head_.width - tile_x_);
    const auto height = std::min(tile_side, head_.height - tile_y_);
    const bool has_lengths = head_.encoding != encoding::hextile;
    tile_x_ += tile_side;
    if ((flags & is_raw) != 0) {
        next_tile(std::uint64_t{width} * height * sizes_.pixel);
        return true;
    }
    if (has_lengths && (flags & is_zlib_raw) != 0) {
        want(part::tile_length, 2);
        return true;
    }
    const std::uint64_t colours = ((flags & has_background) != 0 ? sizes_.pixel : 0U) +
                                  ((flags & has_foreground) != 0 ? sizes_.pixel : 0U);
    constexpr std::uint64_t place = 2;
    each_ = place + ((flags & is_coloured) != 0 ? sizes_.pixel : 0U);
    if ((flags & has_subrects) == 0) {
        next_tile(colours);
        return !has_lengths || (flags & is_zlib) == 0;
    }
    if (has_lengths && (flags & is_zlib) != 0) {
        want(part::tile_length, 2, colours);
    } else {
        want(part::tile_count, 1, colours);
    }
    return true;
}

/// rfbproto, Tight Encoding; TightPNG; TurboVNC's tight without zlib.
bool rectangle_measure::look_at_tight(std::uint8_t control) {
    constexpr unsigned fill = 8;
    constexpr unsigned jpeg = 9;
    constexpr unsigned png = 10;
    constexpr unsigned plain = 10; ///< not in TightPNG: no zlib
    constexpr unsigned plain_with_filter = 14;
    constexpr unsigned filter = 4;
    const auto kind = static_cast<unsigned>(control) >> 4U;
    const bool is_png = head_.encoding == encoding::tight_png;
    if (kind == fill) {
        over_behind(sizes_.tight);
    } else if (kind == jpeg || (kind == png && is_png)) {
        want(part::tight_length, 1);
    } else if (kind < fill ? (kind & filter) != 0 : kind == plain_with_filter && !is_png) {
        want(part::tight_filter, 1);
    } else if (kind < fill || (kind == plain && !is_png)) {
        tight_data(area() * sizes_.tight);
    } else {
        return false;
    }
    return true;
}

bool rectangle_measure::look_at_filter(std::uint8_t filter) {
    constexpr std::uint8_t copy = 0;
    constexpr std::uint8_t palette = 1;
    constexpr std::uint8_t gradient = 2;
    if (filter == palette) {
        want(part::tight_palette, 1);
        return true;
    }
    tight_data(area() * sizes_.tight);
    return filter == copy || filter == gradient;
}

/// Little data stands there as it is; before more stands how long it is when it is compressed.
void rectangle_measure::tight_data(std::uint64_t size, std::uint64_t pass) {
    constexpr std::uint64_t least_compressed = 12;
    if (size < least_compressed) {
        over_behind(pass + size);
    } else {
        want(part::tight_length, 1, pass);
    }
}

/// 7 bits, 7 bits and 8 bits, the lowest first; the uppermost bit says that more follow.
void rectangle_measure::look_at_compact(std::uint8_t byte, unsigned index) {
    constexpr unsigned bits = 7;
    constexpr std::uint8_t more = 0x80;
    const bool is_last = index == 2;
    const auto value = is_last ? byte : byte & (more - 1U);
    size_ = (index == 0 ? 0 : size_) | std::uint64_t{value} << bits * index;
    if (is_last || (byte & more) == 0) {
        over_behind(size_);
    } else {
        want(index == 0 ? part::tight_length_2 : part::tight_length_3, 1);
    }
}

} // namespace rfb
