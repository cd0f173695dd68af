// A table of heads, and what the numbers in them mean.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/server_messages.hpp"

#include "rfb/messages/numbers.hpp"

#include <algorithm>
#include <array>

namespace rfb {

namespace {

/// How a message goes on behind the bytes that all of its type have.
enum class server_form : std::uint8_t {
    fixed,    ///< not at all
    records,  ///< a U16 at `at` counts records of `each` bytes
    cut_text, ///< a S32 at 4: bytes, or where it is negative those of the extended clipboard
    chat,     ///< a U32 at 4: bytes, or a command
    ultra_file,
    file_list, ///< U16s at 2 and 6: files of 8 bytes, and bytes of their names
    file_data, ///< U16s at 2 and 4; the last one has none, and a time
    gii,
    fence, ///< a U8 at 8: bytes, 64 at most
};

struct server_row {
    std::uint8_t type;
    std::uint8_t head;
    std::uint8_t size; ///< bytes that all have
    server_form goes_on = server_form::fixed;
    std::uint8_t at = 0;
    std::uint8_t each = 0;
};

constexpr auto server_rows = std::to_array<server_row>({
    {server_message::update, 4, 4},
    {server_message::set_colour_map, 6, 6, server_form::records, 4, 6},
    {server_message::bell, 1, 1},
    {server_message::cut_text, 8, 8, server_form::cut_text},
    {server_message::resize, 6, 6},
    {server_message::file_transfer, 12, 12, server_form::ultra_file},
    {server_message::text_chat, 8, 8, server_form::chat},
    {server_message::keep_alive, 1, 1},
    {server_message::palm_resize, 1, 12},
    {server_message::request_session, 1, 1},
    {server_message::plugin_streaming, 1, 4},
    {server_message::file_list, 8, 8, server_form::file_list},
    {server_message::file_data, 6, 6, server_form::file_data},
    {server_message::upload_cancel, 4, 4, server_form::records, 2, 1},
    {server_message::download_failed, 4, 4, server_form::records, 2, 1},
    {server_message::end_of_continuous_updates, 1, 1},
    {server_message::time_sync, 1, 20},
    {server_message::server_state, 1, 12},
    {server_message::fence, 9, 9, server_form::fence},
    {server_message::xvp, 1, 4},
    {server_message::monitor_info, 1, 4},
    {server_message::gii, 4, 4, server_form::gii},
    {server_message::qemu, 4, 4},
});

const server_row* find_server(std::uint8_t type) {
    const auto* const found = std::find_if(server_rows.begin(), server_rows.end(),
                                           [type](const server_row& r) { return r.type == type; });
    return found == server_rows.end() ? nullptr : found;
}

/// By the content type: UltraVNC's source.
std::optional<std::uint64_t> server_file_size(std::span<const std::byte> head) {
    constexpr std::uint64_t upper_half_of_size = 4;
    const auto length = u32_at(head, 8);
    switch (u8_at(head, 1)) {
    case 2: // a folder's next entry
    case 9:
    case 11:
    case 12:
        return length;
    case 4: // a file follows
        return length + upper_half_of_size;
    case 5: // data, or the last piece
        return u32_at(head, 4) == 2 ? 0 : length;
    case 6:
    case 7:
    case 14:
    case 17:
        return 0;
    default:
        return std::nullopt;
    }
}

std::optional<std::uint64_t> rest_of_server(const server_row& r, std::span<const std::byte> head) {
    constexpr std::uint64_t file_size = 8;
    switch (r.goes_on) {
    case server_form::fixed:
        return 0;
    case server_form::records:
        return u16_at(head, r.at) * r.each;
    case server_form::cut_text:
        return cut_text_size(u32_at(head, 4));
    case server_form::chat:
        return chat_size(u32_at(head, 4));
    case server_form::ultra_file:
        return server_file_size(head);
    case server_form::file_list:
        return u16_at(head, 2) * file_size + u16_at(head, 6);
    case server_form::file_data:
        return file_data_size(head);
    case server_form::gii:
        return gii_size(head);
    case server_form::fence:
        return fence_size(u8_at(head, 8));
    }
    return std::nullopt;
}

} // namespace

std::size_t server_head_size(std::uint8_t what, const message_dialect& d) {
    // TightVNC has a family of messages with this number, of which not all are described.
    if (what == server_message::monitor_info && (d.tight || !d.ultra)) {
        return 0;
    }
    const auto* const known = find_server(what);
    return known == nullptr ? 0 : known->head;
}

std::optional<std::uint64_t> server_message_size(std::span<const std::byte> head) {
    const auto* const known = find_server(std::to_integer<std::uint8_t>(head.front()));
    const auto rest = known == nullptr ? std::nullopt : rest_of_server(*known, head);
    return rest ? std::optional{known->size + *rest} : std::nullopt;
}

} // namespace rfb
