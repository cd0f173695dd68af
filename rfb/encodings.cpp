// Lists of numbers that each denial takes out.          RFC 6143 7.7, 7.8, rfbproto, UltraVNC
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/encodings.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace rfb {

namespace {

constexpr std::int32_t raw = 0;
constexpr std::int32_t desktop_size = -223;
constexpr std::int32_t extended_desktop_size = -308;

constexpr std::int32_t gii = -305;
constexpr std::int32_t xvp = -309;
constexpr std::int32_t extended_mouse_buttons = -316; ///< a byte more in some PointerEvents
constexpr std::int32_t extended_clipboard = static_cast<std::int32_t>(0xc0a1e5ceU);

// UltraVNC's.
constexpr std::int32_t file_transfer_version = static_cast<std::int32_t>(0xffff8002U);
constexpr std::int32_t sessions = static_cast<std::int32_t>(0xffff8003U);
constexpr std::int32_t monitor_info = static_cast<std::int32_t>(0xffff8005U);
constexpr std::int32_t unicode_chat = static_cast<std::int32_t>(0xffff8006U);
constexpr std::int32_t files_in_chat = static_cast<std::int32_t>(0xffff8007U);

constexpr auto always = std::to_array({gii, extended_mouse_buttons, extended_clipboard});
constexpr auto for_viewing = std::to_array({xvp, sessions, monitor_info, files_in_chat});
constexpr auto without_files = std::to_array({file_transfer_version, files_in_chat});
constexpr auto without_chat = std::to_array({unicode_chat, files_in_chat});

bool contains(std::span<const std::int32_t> all, std::int32_t one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// A picture, and not an announcement, a quality or a cursor.
bool is_picture(std::int32_t e) {
    const auto within = [e](std::int32_t first, std::int32_t last) {
        return e >= first && e <= last;
    };
    return e == 0 || e == 2 || within(4, 10) || e == 16 || e == 17 || within(25, 29) || e == 50;
}

} // namespace

void narrow_encodings(std::vector<std::int32_t>& all, const viewer_policy& p) {
    // The viewer can follow the desktop's size without being able to set it.
    const bool can_follow_size = contains(all, desktop_size);
    std::erase_if(all, [&](std::int32_t e) {
        return contains(always, e) || (p.view_only && contains(for_viewing, e)) ||
               (p.view_only && e == extended_desktop_size && can_follow_size) ||
               (!p.files && contains(without_files, e)) || (!p.chat && contains(without_chat, e));
    });
    if (std::none_of(all.begin(), all.end(), is_picture)) {
        all.push_back(raw);
    }
}

} // namespace rfb
