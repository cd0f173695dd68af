// The numbers of encodings that rectangles have and viewers ask for.  RFC 6143 7.7, 7.8, rfbproto
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <string_view>

namespace rfb {

namespace encoding {

[[nodiscard]] constexpr std::int32_t number(std::uint32_t bits) {
    return static_cast<std::int32_t>(bits);
}

inline constexpr std::int32_t raw = 0;
inline constexpr std::int32_t copy_rect = 1;
inline constexpr std::int32_t rre = 2;
inline constexpr std::int32_t corre = 4;
inline constexpr std::int32_t hextile = 5;
inline constexpr std::int32_t zlib = 6;
inline constexpr std::int32_t tight = 7;
inline constexpr std::int32_t zlib_hex = 8;
inline constexpr std::int32_t ultra = 9;
inline constexpr std::int32_t ultra_2 = 10;
inline constexpr std::int32_t trle = 15;
inline constexpr std::int32_t zrle = 16;
inline constexpr std::int32_t zywrle = 17;
inline constexpr std::int32_t xz = 18;
inline constexpr std::int32_t xzyw = 19;
inline constexpr std::int32_t jpeg = 21;
inline constexpr std::int32_t zstd = 25;
inline constexpr std::int32_t tight_zstd = 26;
inline constexpr std::int32_t zstd_hex = 27;
inline constexpr std::int32_t zstd_rle = 28;
inline constexpr std::int32_t zstd_ywrle = 29;
inline constexpr std::int32_t h264 = 50;

inline constexpr std::int32_t desktop_size = -223;
inline constexpr std::int32_t last_rect = -224;
inline constexpr std::int32_t pointer_position = -232;
inline constexpr std::int32_t cursor = -239;
inline constexpr std::int32_t x_cursor = -240;
inline constexpr std::int32_t pointer_type = -257;
inline constexpr std::int32_t qemu_key = -258;
inline constexpr std::int32_t qemu_audio = -259;
inline constexpr std::int32_t tight_png = -260;
inline constexpr std::int32_t led_state = -261;
inline constexpr std::int32_t gii = -305;
inline constexpr std::int32_t desktop_name = -307;
inline constexpr std::int32_t extended_desktop_size = -308;
inline constexpr std::int32_t xvp = -309;
inline constexpr std::int32_t fence = -312;
inline constexpr std::int32_t continuous_updates = -313;
inline constexpr std::int32_t cursor_with_alpha = -314;
inline constexpr std::int32_t extended_mouse_buttons = -316; ///< a byte more in some PointerEvents
inline constexpr std::int32_t tight_without_zlib = -317;
inline constexpr std::int32_t presentation_time = -1000;
inline constexpr std::int32_t time_sync = -1001;
inline constexpr std::int32_t extended_clipboard = number(0xc0a1e5ceU);

// VMware's.
inline constexpr std::int32_t vmware_cursor = number(0x574d5664U);
inline constexpr std::int32_t vmware_cursor_state = number(0x574d5665U);
inline constexpr std::int32_t vmware_cursor_position = number(0x574d5666U);
inline constexpr std::int32_t vmware_key_repeat = number(0x574d5667U);
inline constexpr std::int32_t vmware_led_state = number(0x574d5668U);
inline constexpr std::int32_t vmware_mode_change = number(0x574d5669U); ///< WMVi
inline constexpr std::int32_t vmware_virtual_machine = number(0x574d566aU);

// UltraVNC's.
inline constexpr std::int32_t cache = number(0xffff0000U);
inline constexpr std::int32_t cache_zip = number(0xffff0007U);
inline constexpr std::int32_t queue_zip = number(0xffff0008U);
inline constexpr std::int32_t ultra_zip = number(0xffff0009U);
inline constexpr std::int32_t queue_zstd = number(0xffff000aU);
inline constexpr std::int32_t server_state = number(0xffff8000U);
inline constexpr std::int32_t keep_alive = number(0xffff8001U);
inline constexpr std::int32_t file_transfer_version = number(0xffff8002U);
inline constexpr std::int32_t sessions = number(0xffff8003U);
inline constexpr std::int32_t idle_time = number(0xffff8004U);
inline constexpr std::int32_t monitor_info = number(0xffff8005U);
inline constexpr std::int32_t unicode_chat = number(0xffff8006U);
inline constexpr std::int32_t files_in_chat = number(0xffff8007U);

// libvncserver's.
inline constexpr std::int32_t keyboard_leds = number(0xfffe0000U);
inline constexpr std::int32_t supported_messages = number(0xfffe0001U);
inline constexpr std::int32_t supported_encodings = number(0xfffe0002U);
inline constexpr std::int32_t server_identity = number(0xfffe0003U);

} // namespace encoding

/// A picture, and not an announcement, a quality or a cursor.
[[nodiscard]] bool is_picture(std::int32_t);

/// "raw", "tight" ...; empty where it has none.
[[nodiscard]] std::string_view encoding_name(std::int32_t);

} // namespace rfb
