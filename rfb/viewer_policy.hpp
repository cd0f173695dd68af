// What a viewer may do in a session, as the owner of the desktop allows it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace rfb {

struct viewer_policy {
    bool view_only = false; ///< sees, and does nothing else
    bool clipboard_to_server = true;
    bool clipboard_to_viewer = true;
    bool files = true;
    bool chat = true;

    /// Whether it forbids anything.
    [[nodiscard]] bool holds() const {
        return view_only || !clipboard_to_server || !clipboard_to_viewer || !files || !chat;
    }

    friend bool operator==(const viewer_policy&, const viewer_policy&) = default;
};

} // namespace rfb
