// Reads the 16 bytes, and says what sizes follow.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/pixel_format.hpp"

#include "rfb/bytes.hpp"

#include <algorithm>

namespace rfb {

pixel_format parse_pixel_format(std::span<const std::byte, pixel_format::size> bytes) {
    byte_reader in(bytes);
    pixel_format f;
    f.bits_per_pixel = *in.u8();
    f.depth = *in.u8();
    f.big_endian = *in.u8() != 0;
    f.true_colour = *in.u8() != 0;
    for (auto& each : f.most) {
        each = *in.u16();
    }
    for (auto& each : f.shifts) {
        each = *in.u8();
    }
    return f;
}

// Of 32 bits, TigerVNC leaves one byte out where the depth is 24, all colours have 8 bits and lie
// on bytes; libvncserver and TurboVNC do not look at the shifts, QEMU not at the depth.
pixel_sizes sizes_of(const pixel_format& f) {
    switch (f.bits_per_pixel) {
    case 8:
        return {1, 1};
    case 16:
        return {2, 2};
    case 32:
        break;
    default:
        return {};
    }
    const bool is_usual =
        f.true_colour && f.depth == 24 &&
        std::all_of(f.most.begin(), f.most.end(), [](auto m) { return m == 255; }) &&
        std::all_of(f.shifts.begin(), f.shifts.end(), [](auto s) { return s % 8 == 0; });
    return {4, static_cast<std::uint8_t>(is_usual ? 3 : 0)};
}

} // namespace rfb
