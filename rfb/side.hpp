// Which end of a VNC session a peer is.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace rfb {

/// The viewer shows a desktop (the Perl repeater says "client"); the server has one to show.
enum class side { viewer, server };

[[nodiscard]] constexpr side other(side s) {
    return s == side::viewer ? side::server : side::viewer;
}

[[nodiscard]] constexpr std::string_view to_string(side s) {
    return s == side::viewer ? "viewer" : "server";
}

} // namespace rfb
