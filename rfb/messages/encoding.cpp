// Ranges and names of encodings.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/encoding.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rfb {

namespace {

using named = std::pair<std::int32_t, std::string_view>;

constexpr auto names = std::to_array<named>({
    {encoding::raw, "raw"},
    {encoding::copy_rect, "copyrect"},
    {encoding::rre, "rre"},
    {encoding::corre, "corre"},
    {encoding::hextile, "hextile"},
    {encoding::zlib, "zlib"},
    {encoding::tight, "tight"},
    {encoding::zlib_hex, "zlibhex"},
    {encoding::ultra, "ultra"},
    {encoding::ultra_2, "ultra2"},
    {encoding::trle, "trle"},
    {encoding::zrle, "zrle"},
    {encoding::zywrle, "zywrle"},
    {encoding::xz, "xz"},
    {encoding::xzyw, "xzyw"},
    {encoding::jpeg, "jpeg"},
    {encoding::zstd, "zstd"},
    {encoding::tight_zstd, "tight-zstd"},
    {encoding::zstd_hex, "zstdhex"},
    {encoding::zstd_rle, "zstd-rle"},
    {encoding::zstd_ywrle, "zstd-ywrle"},
    {encoding::h264, "h264"},
    {encoding::desktop_size, "desktop-size"},
    {encoding::last_rect, "last-rect"},
    {encoding::pointer_position, "pointer-position"},
    {encoding::cursor, "cursor"},
    {encoding::x_cursor, "x-cursor"},
    {encoding::pointer_type, "pointer-type"},
    {encoding::qemu_key, "qemu-key"},
    {encoding::qemu_audio, "qemu-audio"},
    {encoding::tight_png, "tight-png"},
    {encoding::led_state, "led-state"},
    {encoding::gii, "gii"},
    {encoding::desktop_name, "desktop-name"},
    {encoding::extended_desktop_size, "extended-desktop-size"},
    {encoding::xvp, "xvp"},
    {encoding::fence, "fence"},
    {encoding::continuous_updates, "continuous-updates"},
    {encoding::cursor_with_alpha, "cursor-with-alpha"},
    {encoding::extended_mouse_buttons, "extended-mouse-buttons"},
    {encoding::tight_without_zlib, "tight-without-zlib"},
    {encoding::extended_clipboard, "extended-clipboard"},
    {encoding::vmware_cursor, "vmware-cursor"},
    {encoding::vmware_mode_change, "vmware-mode-change"},
});

} // namespace

bool is_picture(std::int32_t e) {
    const auto within = [e](std::int32_t first, std::int32_t last) {
        return e >= first && e <= last;
    };
    return e == encoding::raw || e == encoding::rre || within(encoding::corre, encoding::ultra_2) ||
           e == encoding::zrle || e == encoding::zywrle ||
           within(encoding::zstd, encoding::zstd_ywrle) || e == encoding::h264;
}

std::string_view encoding_name(std::int32_t e) {
    const auto* const found =
        std::find_if(names.begin(), names.end(), [e](const named& n) { return n.first == e; });
    return found == names.end() ? std::string_view{} : found->second;
}

} // namespace rfb
