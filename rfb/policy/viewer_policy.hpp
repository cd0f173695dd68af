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

    /// Whether what the server says must be read, and not only what the viewer says.
    [[nodiscard]] bool reads_server() const { return !clipboard_to_viewer || !chat; }

    /// Allows what both allow.
    [[nodiscard]] viewer_policy both(const viewer_policy& other) const {
        return {view_only || other.view_only, clipboard_to_server && other.clipboard_to_server,
                clipboard_to_viewer && other.clipboard_to_viewer, files && other.files,
                chat && other.chat};
    }

    friend bool operator==(const viewer_policy&, const viewer_policy&) = default;
};

} // namespace rfb
