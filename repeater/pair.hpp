// A peer, and two that have met, as values that any thread can take.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "repeater/events/event.hpp"

namespace repeater {

/// An accepted peer without a partner, or one of two that met.
struct peer {
    peer_name name;
    net::connection connection;
};

/// Two peers that have met, with their connections.
struct pair {
    peer viewer;
    peer server;
    rfb::side newcomer{}; ///< who came second (Mode I: the viewer)
    meeting met;

    /// A pair goes by the number of its viewer.
    [[nodiscard]] session_number number() const { return viewer.name.number; }
};

/// Puts the newcomer and its partner on the right sides.
[[nodiscard]] inline pair make_pair(peer newcomer, peer partner, meeting met) {
    const auto side = newcomer.name.side;
    const bool is_viewer = side == rfb::side::viewer;
    return {std::move(is_viewer ? newcomer : partner), std::move(is_viewer ? partner : newcomer),
            side, std::move(met)};
}

} // namespace repeater
