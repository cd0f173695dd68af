// A peer, and two that have met, as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/tcp_channel.hpp"
#include "repeater/events/event.hpp"
#include "repeater/limits/source_limits.hpp"
#include "repeater/options/door.hpp"
#include "repeater/policy/grant.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace repeater {

/// An accepted peer without a partner, or one of two that met. Who goes on with it finds its
/// channel known to this thread's poller already, where somebody had to wait for it before.
struct peer {
    peer(peer_name n, net::connection c, source_limits::place counts = {},
         std::shared_ptr<const door> at = nullptr)
        : name(std::move(n)), channel(std::move(c.socket), true), early(std::move(c.early)),
          place(std::move(counts)), by(std::move(at)) {}

    /// Gives the connection away, for another event loop or another kind of stream.
    [[nodiscard]] net::connection release() {
        return {channel.release(), name.address, std::move(early)};
    }

    peer_name name;
    net::tcp_channel channel;
    std::vector<std::byte> early;           ///< were read from it, and are the session's first
    source_limits::place place;             ///< as which it counts in the limits
    std::shared_ptr<const grant> granted{}; ///< what it was allowed; null: nobody was asked
    std::shared_ptr<const door> by{};       ///< where it came in; null: it names its ID itself
    std::vector<std::byte> shown{};         ///< of a viewer: the server's version, got from us
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
