// The pairs that one event loop relays.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/pipe_pool.hpp"
#include "repeater/relay.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>

namespace repeater {

/// How an event loop relays.
struct relaying {
    std::size_t pipes;     ///< directions that may move through pipes at a time
    unsigned splice_after; ///< large reads before one does (net::pump_resources)
    int reads_a_turn;      ///< of one direction, before others of the event loop get a turn
};

/// Belongs to the event loop's thread. Pairs stay here until they end.
class live_pairs final : relay::owner {
public:
    /// Hears of described, of carries, and of ended, which is a pair's last event.
    using report = std::function<void(any_event)>;

    /// `scratch` is lent to one attempt at a time, and may be lent to others between two rounds.
    live_pairs(net::event_loop&, std::span<std::byte> scratch, const relaying&, report);
    live_pairs(const live_pairs&) = delete;
    live_pairs& operator=(const live_pairs&) = delete;

    /// Connections that still live are closed, without an event.
    ~live_pairs() = default;

    /// Relays a pair from now on; it may end before this returns.
    void start(pair, const limits&);

    /// Ends every pair.
    void stop();

    /// Reports so many pairs at most (event::carries), the oldest first.
    void show(std::size_t at_most) const;

private:
    void described(session_number pair, const rfb::handshake_facts&) override;
    void ended(const event::ended&) override;
    void remind(session_number pair, net::clock::time_point) override;
    void forget(session_number pair, net::clock::time_point) override;

    net::pipe_pool pipes_;
    net::deadlines<session_number> reminders_;
    report report_;
    relay::shared shared_;
    std::unordered_map<session_number, std::unique_ptr<relay>> relays_;
};

} // namespace repeater
