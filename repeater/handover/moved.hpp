// What moves from one process to the next: who waits, who has just said hello, and live pairs, as
// values without their sockets.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "repeater/events/event.hpp"
#include "repeater/limits/session_limits.hpp"
#include "repeater/policy/grant.hpp"
#include "rfb/handshake.hpp"
#include "rfb/hello.hpp"
#include "rfb/repeater_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace repeater {

/// A peer that waits in the waiting room. What it has sent behind its hello is still in its socket.
struct moved_waiter {
    peer_name name;
    rfb::repeater_id id;                    ///< under which it meets its partner
    std::string port{};                     ///< that stood behind the ID; mostly empty
    std::optional<rfb::repeater_id> code{}; ///< as it was signed
    net::clock::time_point since{};
    std::vector<std::byte> early{}; ///< were read from it; mostly none
    grant granted{};                ///< what it was allowed; mostly nothing is said
};

/// A peer that has said what it wants, to a process that cannot serve it any more.
struct moved_guest {
    peer_name name;
    rfb::hello hello;
    std::vector<std::byte> early{};
};

/// One direction of a live pair.
struct moved_flow {
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::vector<std::byte> kept{}; ///< the last of bytes_read, which were not written
    std::optional<event::ended::direction> outcome{};
    std::uint8_t ahead = 0;      ///< net::tcp_channel::receiving
    std::uint64_t free_from = 0; ///< bytes written on, from which the kernel may hold more
};

/// A live pair. Flow 0 is the viewer's.
struct moved_pair {
    session_number number{};
    rfb::side newcomer{};
    asio::ip::tcp::endpoint viewer{};
    asio::ip::tcp::endpoint server{};
    bool is_server_accepted = true; ///< false: it was dialled (Mode I)
    meeting met;
    session_limits limits{};
    net::clock::time_point began{};
    net::clock::time_point moved_at{}; ///< when a byte moved last
    bool lingers = false;
    std::optional<rfb::side> first_to_end{};
    std::array<moved_flow, 2> flows{};
    std::optional<rfb::handshake_reader> handshake{}; ///< while it is being read
    bool has_insight = false;                         ///< it is read on behind that
};

} // namespace repeater
