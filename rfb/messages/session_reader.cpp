// Hears both readers, and tells the server's what the viewer has agreed on.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/session_reader.hpp"

#include "rfb/bytes.hpp"
#include "rfb/messages/client_messages.hpp"
#include "rfb/messages/encoding.hpp"
#include "rfb/messages/server_messages.hpp"
#include "rfb/security_type.hpp"

#include <algorithm>

namespace rfb {

namespace {

server_reader::start start_of(const handshake_reader& h) {
    const auto dialect = dialect_of(h.facts());
    return {h.rest_of_name(), dialect.tight, dialect, h.facts().format};
}

} // namespace

message_dialect dialect_of(const handshake_facts& f) {
    const auto& offered = f.security_offered;
    return {std::find(offered.begin(), offered.end(), security_type::ultra) != offered.end(),
            f.security_chosen == security_type::tight};
}

session_reader::session_reader(const handshake_reader& h) : server_(start_of(h)) {
    seen_.width = h.facts().width;
    seen_.height = h.facts().height;
    seen_.desktop_name = h.facts().desktop_name;
    seen_.format = h.facts().format;
}

void session_reader::feed(side from, std::span<const std::byte> bytes, std::uint64_t now) {
    if (from == side::server) {
        while (!bytes.empty() && !is_over()) {
            bytes = bytes.subspan(feed_message(bytes, now));
        }
        return;
    }
    if (is_over()) {
        return;
    }
    now_ = now;
    viewer_.read(bytes, *this);
    if (viewer_.surprised()) {
        seen_.ended_by = {side::viewer, *viewer_.surprised()};
    }
}

std::size_t session_reader::feed_message(std::span<const std::byte> bytes, std::uint64_t now) {
    if (is_over()) {
        return 0;
    }
    now_ = now;
    const auto taken = server_.read(bytes, *this);
    if (server_.surprised()) {
        seen_.ended_by = {side::server, *server_.surprised()};
    }
    return taken;
}

/// The viewer.
void session_reader::said(std::span<const std::byte> start, std::uint64_t size) {
    const auto second = start.size() > 1 ? std::to_integer<unsigned>(start[1]) : 0;
    switch (std::to_integer<std::uint8_t>(start.front())) {
    case client_message::set_pixel_format: {
        constexpr std::size_t padding = 4;
        seen_.format = parse_pixel_format(start.subspan(padding).first<pixel_format::size>());
        server_.format_set(seen_.format);
        break;
    }
    case client_message::set_encodings:
        note_encodings(start);
        break;
    case client_message::update_request:
        ++seen_.update_requests;
        server_.update_requested();
        break;
    case client_message::qemu:
        if (second != 0) { // sound
            break;
        }
        [[fallthrough]];
    case client_message::key_event:
        ++seen_.keys;
        seen_.last_input = now_;
        break;
    case client_message::pointer_event:
        ++seen_.pointer_events;
        seen_.last_input = now_;
        break;
    case client_message::cut_text:
        seen_.clipboard_to_server.add(size);
        break;
    case client_message::text_chat:
        seen_.chat_to_server.add(size);
        break;
    case client_message::file_transfer:
    case client_message::file_list:
    case client_message::file_download:
    case client_message::file_upload:
    case client_message::file_data:
    case client_message::download_cancel:
    case client_message::upload_failed:
    case client_message::make_folder:
        seen_.files_to_server.add(size);
        break;
    case client_message::continuous_updates:
        server_.continuous_updates_set(second != 0);
        break;
    case client_message::xvp:
        ++seen_.xvp;
        break;
    case client_message::set_desktop_size:
        ++seen_.size_requests;
        break;
    default:
        break;
    }
}

void session_reader::note_encodings(std::span<const std::byte> message) {
    byte_reader in(message.subspan(4));
    seen_.encodings_asked.clear();
    while (const auto next = in.u32()) {
        seen_.encodings_asked.push_back(static_cast<std::int32_t>(*next));
    }
}

/// The server.
void session_reader::told(std::span<const std::byte> start, std::uint64_t size) {
    switch (std::to_integer<std::uint8_t>(start.front())) {
    case server_message::resize: {
        constexpr std::size_t padding = 2;
        byte_reader in(start.subspan(padding));
        seen_.width = *in.u16();
        seen_.height = *in.u16();
        break;
    }
    case server_message::bell:
        ++seen_.bells;
        break;
    case server_message::cut_text:
        seen_.clipboard_to_viewer.add(size);
        break;
    case server_message::text_chat:
        seen_.chat_to_viewer.add(size);
        break;
    case server_message::file_transfer:
    case server_message::file_list:
    case server_message::file_data:
    case server_message::upload_cancel:
    case server_message::download_failed:
        seen_.files_to_viewer.add(size);
        break;
    default:
        break;
    }
}

void session_reader::began_update() {
    ++seen_.updates;
    seen_.last_update = now_;
}

void session_reader::drew(const rectangle& r) {
    auto& all = seen_.rectangles;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&r](const auto& each) { return each.first == r.encoding; });
    ++seen_.rectangles_in_all;
    if (found != all.end()) {
        ++found->second;
    } else if (all.size() < insight::most_encodings) {
        all.emplace_back(r.encoding, 1);
    }
    const bool refused = r.encoding == encoding::extended_desktop_size && r.y != 0;
    if ((r.encoding == encoding::desktop_size || r.encoding == encoding::extended_desktop_size) &&
        !refused) {
        seen_.width = r.width;
        seen_.height = r.height;
    }
    if (r.encoding == encoding::extended_mouse_buttons) {
        viewer_.take_extended_pointers();
    }
}

void session_reader::named(std::string_view name) {
    seen_.desktop_name = name;
}

} // namespace rfb
