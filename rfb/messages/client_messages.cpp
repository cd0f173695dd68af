// A table of heads, and what the numbers in them mean.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/client_messages.hpp"

#include "rfb/messages/numbers.hpp"

#include <algorithm>
#include <array>

namespace rfb {

namespace {

namespace type = client_message;

/// How a message goes on behind the bytes that all of its type have.
enum class client_form : std::uint8_t {
    fixed,    ///< not at all
    records,  ///< a U16 at `at` counts records of `each` bytes
    screens,  ///< a U8 at 6 counts records of 16 bytes
    cut_text, ///< a S32 at 4: bytes, or where it is negative those of the extended clipboard
    chat,     ///< a U32 at 4: bytes, or a command
    ultra_file,
    file_data, ///< U16s at 2 and 4; the last one has none, and a time
    gii,       ///< a U16 at 2, whose order of bytes the second byte tells
    fence,     ///< a U8 at 8: bytes, 64 at most
    qemu,
};

struct client_row {
    std::uint8_t type;
    std::uint8_t head;
    std::uint8_t size; ///< bytes that all have
    client_form goes_on = client_form::fixed;
    std::uint8_t at = 0;
    std::uint8_t each = 0;
};

constexpr auto client_rows = std::to_array<client_row>({
    {type::set_pixel_format, 1, 20},
    {type::fix_colour_map, 6, 6, client_form::records, 4, 6},
    {type::set_encodings, 4, 4, client_form::records, 2, 4},
    {type::update_request, 1, 10},
    {type::key_event, 1, 8},
    {type::pointer_event, 1, 6},
    {type::cut_text, 8, 8, client_form::cut_text},
    {type::file_transfer, 12, 12, client_form::ultra_file},
    {type::set_scale, 1, 4},
    {type::set_server_input, 1, 4},
    {type::set_single_window, 1, 6},
    {type::text_chat, 8, 8, client_form::chat},
    {type::keep_alive, 1, 1},
    {type::set_scale_factor, 1, 4},
    {type::request_session, 1, 1},
    {type::set_session, 1, 2},
    {type::plugin_streaming, 1, 4},
    {type::file_list, 4, 4, client_form::records, 2, 1},
    {type::file_download, 4, 8, client_form::records, 2, 1},
    {type::file_upload, 4, 8, client_form::records, 2, 1},
    {type::file_data, 6, 6, client_form::file_data},
    {type::download_cancel, 4, 4, client_form::records, 2, 1},
    {type::upload_failed, 4, 4, client_form::records, 2, 1},
    {type::make_folder, 4, 4, client_form::records, 2, 1},
    {type::continuous_updates, 1, 10},
    {type::video_rectangle, 1, 10},
    {type::time_sync, 1, 20},
    {type::fence, 9, 9, client_form::fence},
    {type::xvp, 1, 4},
    {type::set_desktop_size, 8, 8, client_form::screens},
    {type::gii, 4, 4, client_form::gii},
    {type::set_monitor, 1, 4},
    {type::qemu, 4, 4, client_form::qemu},
});

const client_row* find_client(std::uint8_t type) {
    const auto* const found = std::find_if(client_rows.begin(), client_rows.end(),
                                           [type](const client_row& r) { return r.type == type; });
    return found == client_rows.end() ? nullptr : found;
}

/// By the content type: UltraVNC's source.
std::optional<std::uint64_t> client_file_size(std::span<const std::byte> head) {
    const auto length = u32_at(head, 8);
    switch (u8_at(head, 1)) {
    case 1: // a folder, or the drives, which are not named
        return (u16_at(head, 2) & 0xff7fU) == 0x0200U ? 0 : length;
    case 3:
    case 10:
    case 12:
        return length;
    case 5: // data, or the last piece
        return u32_at(head, 4) == 2 ? 0 : length;
    case 8: // an offer: the size's upper half follows
        return length + 4;
    case 4:
    case 6:
    case 7:
    case 14:
    case 15:
    case 16:
    case 17:
        return 0;
    default:
        return std::nullopt;
    }
}

/// A key event, or one of three about sound (rfbproto, QEMU).
std::optional<std::uint64_t> client_qemu_size(std::span<const std::byte> head) {
    constexpr std::uint64_t rest_of_key = 8;
    constexpr std::uint64_t sample_format = 6;
    if (u8_at(head, 1) == 0) {
        return rest_of_key;
    }
    const auto operation = u16_at(head, 2);
    if (u8_at(head, 1) != 1 || operation > 2) {
        return std::nullopt;
    }
    return operation == 2 ? sample_format : 0;
}

std::optional<std::uint64_t> rest_of_client(const client_row& r, std::span<const std::byte> head) {
    switch (r.goes_on) {
    case client_form::fixed:
        return 0;
    case client_form::records:
        return u16_at(head, r.at) * r.each;
    case client_form::screens:
        return u8_at(head, 6) * 16; // NOLINT(*-magic-numbers): as above
    case client_form::cut_text:
        return cut_text_size(u32_at(head, 4));
    case client_form::chat:
        return chat_size(u32_at(head, 4));
    case client_form::ultra_file:
        return client_file_size(head);
    case client_form::file_data:
        return file_data_size(head);
    case client_form::gii:
        return gii_size(head);
    case client_form::fence:
        return fence_size(u8_at(head, 8));
    case client_form::qemu:
        return client_qemu_size(head);
    }
    return std::nullopt;
}

} // namespace

std::size_t client_head_size(std::uint8_t type) {
    const auto* const known = find_client(type);
    return known == nullptr ? 0 : known->head;
}

std::optional<std::uint64_t> client_message_size(std::span<const std::byte> head) {
    const auto* const known = find_client(std::to_integer<std::uint8_t>(head.front()));
    const auto rest = known == nullptr ? std::nullopt : rest_of_client(*known, head);
    return rest ? std::optional{known->size + *rest} : std::nullopt;
}

} // namespace rfb
