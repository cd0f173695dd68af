// How long each message of a server is, but for updates.         RFC 6143 7.6, rfbproto, UltraVNC
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/messages/dialect.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rfb {

/// The first byte of a message.
namespace server_message {

inline constexpr std::uint8_t update = 0;
inline constexpr std::uint8_t set_colour_map = 1;
inline constexpr std::uint8_t bell = 2;
inline constexpr std::uint8_t cut_text = 3;
inline constexpr std::uint8_t resize = 4; ///< UltraVNC's and libvncserver's
inline constexpr std::uint8_t file_transfer = 7;
inline constexpr std::uint8_t text_chat = 11;
inline constexpr std::uint8_t keep_alive = 13;
inline constexpr std::uint8_t palm_resize = 15;
inline constexpr std::uint8_t request_session = 20;
inline constexpr std::uint8_t plugin_streaming = 80;
inline constexpr std::uint8_t file_list = 130; ///< Tight's, with those up to download_failed
inline constexpr std::uint8_t file_data = 131;
inline constexpr std::uint8_t upload_cancel = 132;
inline constexpr std::uint8_t download_failed = 133;
inline constexpr std::uint8_t end_of_continuous_updates = 150;
inline constexpr std::uint8_t time_sync = 160;
inline constexpr std::uint8_t server_state = 173;
inline constexpr std::uint8_t fence = 248;
inline constexpr std::uint8_t xvp = 250;
inline constexpr std::uint8_t monitor_info = 252;
inline constexpr std::uint8_t gii = 253;
inline constexpr std::uint8_t qemu = 255;

} // namespace server_message

inline constexpr std::size_t longest_server_head = 12;

/// Bytes from which the length of a message of this type follows, the type among them. 0: a type
/// whose messages nobody has described. An update has 4, and rectangles behind them.
[[nodiscard]] std::size_t server_head_size(std::uint8_t type, const message_dialect&);

/// Bytes of the whole message that begins with this head (server_head_size() bytes). Nothing where
/// no program sends such a head.
[[nodiscard]] std::optional<std::uint64_t> server_message_size(std::span<const std::byte> head);

} // namespace rfb
