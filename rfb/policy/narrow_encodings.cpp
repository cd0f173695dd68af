// Lists of numbers that each denial takes out.          RFC 6143 7.7, 7.8, rfbproto, UltraVNC
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/narrow_encodings.hpp"

#include "rfb/messages/encoding.hpp"
#include "rfb/messages/rectangle.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace rfb {

namespace {

using namespace encoding;

constexpr auto never = std::to_array({gii, extended_mouse_buttons, extended_clipboard});
constexpr auto not_for_viewing =
    std::to_array({encoding::xvp, sessions, monitor_info, files_in_chat});
constexpr auto of_files = std::to_array({file_transfer_version, files_in_chat});
constexpr auto of_chat = std::to_array({unicode_chat, files_in_chat});
constexpr auto of_tight = std::to_array({tight, tight_zstd, tight_png});

/// What servers answer to these is measured, though it is no rectangle.
constexpr auto announcements = std::to_array(
    {encoding::xvp, encoding::fence, encoding::continuous_updates, encoding::time_sync,
     tight_without_zlib, server_state, encoding::keep_alive, file_transfer_version, unicode_chat});

bool contains(std::span<const std::int32_t> all, std::int32_t one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// How well, and how much, pictures are compressed.
bool is_quality(std::int32_t e) {
    const auto within = [e](std::int32_t first, std::int32_t last) {
        return e >= first && e <= last;
    };
    return within(-32, -23) || within(-256, -247) || within(-512, -412) || within(-768, -763);
}

void add_picture(std::vector<std::int32_t>& all) {
    if (std::none_of(all.begin(), all.end(), is_picture)) {
        all.push_back(raw);
    }
}

} // namespace

void narrow_encodings(std::vector<std::int32_t>& all, const viewer_policy& p) {
    // The viewer can follow the desktop's size without being able to set it.
    const bool can_follow_size = contains(all, desktop_size);
    std::erase_if(all, [&](std::int32_t e) {
        return contains(never, e) || (p.view_only && contains(not_for_viewing, e)) ||
               (p.view_only && e == extended_desktop_size && can_follow_size) ||
               (!p.files && contains(of_files, e)) || (!p.chat && contains(of_chat, e));
    });
    add_picture(all);
}

void narrow_to_measurable(std::vector<std::int32_t>& all) {
    std::erase_if(all, [](std::int32_t e) {
        return !can_be_measured(e) && !is_quality(e) && !contains(announcements, e);
    });
    add_picture(all);
}

void leave_out_tight(std::vector<std::int32_t>& all) {
    std::erase_if(all, [](std::int32_t e) { return contains(of_tight, e); });
    add_picture(all);
}

} // namespace rfb
