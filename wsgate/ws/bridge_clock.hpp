// Decides when a bridge has to do something although no byte moves. A pure class: the time is a
// parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace wsgate {

struct bridge_limits {
    /// After so long without anything sent to the WebSocket it is sent a ping; 0: never.
    std::chrono::milliseconds ping{25'000};
    /// The WebSocket may be mute so long after a ping; 0: no limit.
    std::chrono::milliseconds pong{0};
    /// Also ping a WebSocket that is mute for so long while we are not. It costs a ping where data
    /// goes one way only, and finds that nobody is there to take it.
    bool ping_mute = false;
    /// How long the session may go without data in either direction; 0: no limit.
    std::chrono::milliseconds idle{0};
    /// How long an ending session may go without a sign of progress.
    std::chrono::milliseconds close{5'000};
    /// How long an ending session may last for a slow receiver that still takes what is left. Also
    /// how long TCP may pause while it has not taken all that came before a Close.
    std::chrono::milliseconds deliver{60'000};
};

/// Is told what happens, and decides what is due. It has no timer: the bridge sleeps until next(),
/// then lets the clock look and does what it says.
///
///   while the bridge is open:  ping, no_pong, idle, lost
///   once end() was called:     over
class bridge_clock {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static constexpr auto never = time_point::max();

    /// The WebSocket's connection at the moment of a look.
    struct sight {
        std::size_t untaken = 0; ///< bytes sent that the peer's kernel has not taken yet
        bool broken = false;     ///< the connection has failed, or writing to it has
        bool flushed = true;     ///< nothing of ours waits to be written
        time_point sent;         ///< when something of ours was last written
    };

    enum class due {
        nothing,
        ping,    ///< send one
        no_pong, ///< close: the WebSocket has not answered a ping in time
        idle,    ///< close: no data has moved for too long
        lost,    ///< cut: the WebSocket's connection broke while nobody was reading from it
        over,    ///< cut: the ending has taken its time
    };

    /// What another clock goes on with, in another process.
    struct memory {
        std::optional<time_point> pinged{};     ///< the oldest ping without its pong
        std::optional<time_point> unanswered{}; ///< the oldest ping that nothing has come after
        time_point moved{};                     ///< when data last moved
    };

    bridge_clock(const bridge_limits&, time_point now);

    [[nodiscard]] memory remember() const { return {pinged_, unanswered_, moved_}; }

    void go_on(const memory& m) {
        pinged_ = m.pinged;
        unanswered_ = m.unanswered;
        moved_ = m.moved;
    }

    /// Something came from the WebSocket, so it is not mute.
    void heard() {
        unanswered_.reset();
        heard_ = true;
    }

    /// A pong came: the time since the oldest ping that had none; nothing where no ping was sent.
    [[nodiscard]] std::optional<duration> ponged(time_point now);

    /// Whether moved() has to be called: there is a limit of idling.
    [[nodiscard]] bool limits_idling() const { return limits_.idle.count() > 0; }

    /// Data moved, either way.
    void moved(time_point now) { moved_ = now; }

    /// The TCP connection does not take all that has come. Until end_delivery() nothing is read
    /// from the WebSocket, so that neither a pong nor the end of its connection is noticed.
    void begin_delivery(time_point now);

    void delivered_some(time_point now) { delivered_ = now; }

    void end_delivery();

    [[nodiscard]] bool is_delivering() const { return is_delivering_; }

    /// Makes the clock look from time to time whether the WebSocket's connection has broken. Needed
    /// while nobody reads from it, from begin_delivery() on, and after a write to it has failed,
    /// until the reader notices that as well.
    void watch(time_point now);

    /// The bridge begins to end. `by_websocket`: because of the WebSocket's Close or because it
    /// left, so that what came before is still to be delivered.
    void end(time_point now, std::size_t untaken, bool by_websocket);

    /// When to look again, or `never`.
    [[nodiscard]] time_point next() const;

    /// A look too early or too often does no harm.
    [[nodiscard]] due look(time_point now, const sight&);

private:
    [[nodiscard]] bool expects_pong() const;

    [[nodiscard]] bool waits_for_tcp() const { return is_delivering_ && by_websocket_; }

    [[nodiscard]] time_point over_at() const;
    [[nodiscard]] due look_at_ending(time_point now, std::size_t untaken);
    [[nodiscard]] bool is_lost(time_point now, bool broken);
    [[nodiscard]] due look_for_pong(time_point now, std::size_t untaken);
    [[nodiscard]] bool takes_ping(time_point now, bool flushed);

    bridge_limits limits_;
    time_point next_ping_;
    std::optional<time_point> pinged_;     ///< the oldest ping without its pong
    std::optional<time_point> unanswered_; ///< the oldest ping that nothing has come after
    time_point moved_;                     ///< when data last moved
    time_point sent_;                      ///< sight::sent at the last look
    std::optional<time_point> next_look_;  ///< for a break of the connection, while watched
    time_point seen_;                      ///< when it was last seen unbroken, while watched
    time_point delivered_;                 ///< when TCP last took what it was late with
    std::optional<time_point> end_began_;
    time_point taken_;        ///< when the peer's kernel last took bytes, while ending
    std::size_t untaken_ = 0; ///< what it had not taken then
    bool heard_ = false;      ///< something came since the last look for a ping
    bool is_delivering_ = false;
    bool by_websocket_ = false;
};

} // namespace wsgate
