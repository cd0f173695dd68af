// What is known of a session that was read, as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/messages/surprise.hpp"
#include "rfb/pixel_format.hpp"
#include "rfb/side.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rfb {

/// Things of one kind, and the bytes of their messages.
struct amount {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;

    void add(std::uint64_t size) {
        ++count;
        bytes += size;
    }

    friend bool operator==(const amount&, const amount&) = default;
};

/// Counts and sizes, never contents. Times are those that the reader was told.
struct insight {
    static constexpr std::size_t most_encodings = 32; ///< further ones are not told apart

    std::uint16_t width = 0; ///< pixels
    std::uint16_t height = 0;
    std::string desktop_name;                  ///< the peer's bytes: escape them
    pixel_format format;                       ///< that the viewer has set, or else the server's
    std::vector<std::int32_t> encodings_asked; ///< the last list, in its order

    std::uint64_t update_requests = 0;
    std::uint64_t updates = 0;
    /// Rectangles of each encoding, in the order of their first.
    std::vector<std::pair<std::int32_t, std::uint64_t>> rectangles;
    std::uint64_t rectangles_in_all = 0;
    std::uint64_t keys = 0; ///< pressed or released
    std::uint64_t pointer_events = 0;
    amount clipboard_to_server;
    amount clipboard_to_viewer;
    amount files_to_server;
    amount files_to_viewer;
    amount chat_to_server;
    amount chat_to_viewer;
    std::uint64_t xvp = 0; ///< asked for by the viewer: shut down, reboot ...
    std::uint64_t bells = 0;
    std::uint64_t size_requests = 0; ///< by the viewer

    std::optional<std::uint64_t> last_input; ///< a key, or a pointer event
    std::optional<std::uint64_t> last_update;

    /// What ended the reading, and who had sent it.
    std::optional<std::pair<side, surprise>> ended_by;

    friend bool operator==(const insight&, const insight&) = default;
};

} // namespace rfb
