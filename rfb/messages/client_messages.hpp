// How long each message of a viewer is.                RFC 6143 7.5, rfbproto, UltraVNC, TurboVNC
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rfb {

/// The first byte of a message. Those that are named; others are known by their number alone.
namespace client_message {

inline constexpr std::uint8_t set_pixel_format = 0;
inline constexpr std::uint8_t fix_colour_map = 1;
inline constexpr std::uint8_t set_encodings = 2;
inline constexpr std::uint8_t update_request = 3;
inline constexpr std::uint8_t key_event = 4;
inline constexpr std::uint8_t pointer_event = 5;
inline constexpr std::uint8_t cut_text = 6;
inline constexpr std::uint8_t file_transfer = 7; ///< UltraVNC's
inline constexpr std::uint8_t set_scale = 8;
inline constexpr std::uint8_t set_server_input = 9;
inline constexpr std::uint8_t set_single_window = 10;
inline constexpr std::uint8_t text_chat = 11;
inline constexpr std::uint8_t keep_alive = 13;
inline constexpr std::uint8_t set_scale_factor = 15;
inline constexpr std::uint8_t request_session = 20;
inline constexpr std::uint8_t set_session = 21;
inline constexpr std::uint8_t plugin_streaming = 80;
inline constexpr std::uint8_t file_list = 130; ///< Tight's, with those up to make_folder
inline constexpr std::uint8_t file_download = 131;
inline constexpr std::uint8_t file_upload = 132;
inline constexpr std::uint8_t file_data = 133;
inline constexpr std::uint8_t download_cancel = 134;
inline constexpr std::uint8_t upload_failed = 135;
inline constexpr std::uint8_t make_folder = 136;
inline constexpr std::uint8_t continuous_updates = 150;
inline constexpr std::uint8_t video_rectangle = 151;
inline constexpr std::uint8_t time_sync = 160;
inline constexpr std::uint8_t fence = 248;
inline constexpr std::uint8_t xvp = 250;
inline constexpr std::uint8_t set_desktop_size = 251;
inline constexpr std::uint8_t gii = 253;
inline constexpr std::uint8_t set_monitor = 254;
inline constexpr std::uint8_t qemu = 255;

} // namespace client_message

inline constexpr std::size_t longest_client_head = 12;

/// Of a SetEncodings that is looked at; no program names more.
inline constexpr std::size_t most_encodings = 1024;

/// Bytes from which the length of a message of this type follows, the type among them. 0: a type
/// whose messages nobody has described.
[[nodiscard]] std::size_t client_head_size(std::uint8_t type);

/// Bytes of the whole message that begins with this head (client_head_size() bytes). Nothing where
/// no program sends such a head. A PointerEvent has 6: the extension that has 7 must not be on.
[[nodiscard]] std::optional<std::uint64_t> client_message_size(std::span<const std::byte> head);

} // namespace rfb
