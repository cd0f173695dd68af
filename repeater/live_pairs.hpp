// The pairs that one event loop relays.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/pipe_pool.hpp"
#include "repeater/relay.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace repeater {

/// How an event loop relays.
struct relaying {
    std::size_t pipes = 0; ///< directions that may move through pipes at a time
    /// Large reads before one does.
    unsigned splice_after = net::pump_resources::default_reads;
    /// Of one direction, before others of the event loop get a turn.
    int reads_a_turn = net::pump_resources::default_turn;
    /// A pair that has carried so many bytes, or has been woken so often, is given away; by default
    /// it stays.
    std::uint64_t bytes_here = std::numeric_limits<std::uint64_t>::max();
    unsigned wakes_here = 0;    ///< 0: that does not matter
    paces* all_pairs = nullptr; ///< what all pairs may carry together; null: no limit
};

/// Belongs to the event loop's thread. Pairs stay here until they end, or outgrow it.
class live_pairs final : relay::owner {
public:
    /// Hears of what happens to pairs, of carries, and of ended, which is a pair's last event.
    using report = std::function<void(any_event)>;

    /// Takes a pair for another event loop, which is to call go_on().
    using give_away = std::function<void(std::unique_ptr<relay>)>;

    /// `scratch` is lent to one attempt at a time, and may be lent to others between two rounds.
    live_pairs(net::event_loop&, std::span<std::byte> scratch, const relaying&, report,
               give_away = {});
    live_pairs(const live_pairs&) = delete;
    live_pairs& operator=(const live_pairs&) = delete;

    /// Connections that still live are closed, without an event.
    ~live_pairs() = default;

    /// Relays a pair from now on; it may end before this returns.
    void start(pair, const session_terms&);

    /// Takes over what another event loop has given away.
    void go_on(std::unique_ptr<relay>);

    /// Takes so many pairs at most off this event loop, for another process: of those that may
    /// move.
    [[nodiscard]] std::vector<std::unique_ptr<relay>> set_aside(std::size_t at_most);

    /// Relays a pair that another process had.
    void go_on(moved_pair, std::array<net::unique_fd, 2> sockets);

    /// Changes what the viewer of this pair may do from now on, and tells of it.
    [[nodiscard]] change_outcome change_policy(session_number, const policy_change&);

    /// Ends every pair.
    void stop();

    /// Reports so many pairs at most (event::carries), the oldest first.
    void show(std::size_t at_most) const;

    /// Pairs that are here, and what has been carried here. From any thread.
    [[nodiscard]] std::int64_t size() const { return size_.value(); }

    [[nodiscard]] const relay::traffic& carried() const { return carried_; }

private:
    relay& add(session_number, std::unique_ptr<relay>);
    [[nodiscard]] std::unique_ptr<relay> take(session_number);
    /// The pair ends before it has begun.
    void fail(const event::ended&);

    void described(session_number pair, const rfb::handshake_facts&) override;
    void understood(const event::understood&) override;
    void broke_policy(const event::policy_broken&) override;
    void ended(const event::ended&) override;
    void outgrew(session_number pair) override;
    void remind(session_number pair, net::clock::time_point) override;
    void forget(session_number pair, net::clock::time_point) override;
    void pause(session_number pair, net::clock::time_point until) override;
    void unpause(session_number pair, net::clock::time_point until) override;
    [[nodiscard]] std::function<void(session_number)> calling(void (relay::*what)());

    net::pipe_pool pipes_;
    net::deadlines<session_number> reminders_;
    net::deadlines<session_number> pauses_;
    report report_;
    give_away give_away_;
    relay::traffic carried_;
    session_watch::buffers rewriting_;
    service::gauge size_;
    relay::shared shared_;
    std::unordered_map<session_number, std::unique_ptr<relay>> relays_;
};

} // namespace repeater
