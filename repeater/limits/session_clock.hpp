// Says when a session has stalled, been silent or lasted for too long. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "repeater/limits/session_limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace repeater {

/// How far a direction has come. What was read and not taken may be with us or with the kernel.
struct flow {
    std::uint64_t read = 0;  ///< bytes that its sender has sent
    std::uint64_t taken = 0; ///< ... of which the receiver's kernel has acknowledged so many

    friend bool operator==(const flow&, const flow&) = default;
};

/// Its owner looks at a session when next() says so, which is a twentieth of a limit apart, and
/// tells how far both directions are. So nothing is to be done while bytes move, and a session that
/// is silent without a limit on silence needs no look at all.
class session_clock {
public:
    using time_point = net::clock::time_point;
    using flows = std::array<flow, 2>;
    static constexpr auto never = time_point::max();

    enum class verdict {
        goes_on,
        stalled,  ///< the receiver of stalled() has taken nothing for limits.write_stall
        silent,   ///< nothing has moved for limits.idle
        expired,  ///< it has lasted for limits.longest
        lingered, ///< one side has ended, and nothing has moved for limits.linger since
    };

    session_clock(const session_limits& l, time_point now)
        : limits_(l), began_(now), moved_at_(now), accepted_at_{now, now} {}

    /// Goes on with a session that another process had.
    session_clock(const session_limits& l, time_point began, time_point moved_at, bool lingers,
                  time_point now)
        : limits_(l), began_(began), moved_at_(moved_at), accepted_at_{now, now},
          lingers_(lingers) {}

    /// A limit is found to be reached within a twentieth of it; a stall so much before, so that it
    /// is seen before the kernel's own limit on an equal time (TCP_USER_TIMEOUT).
    [[nodiscard]] verdict look(const flows&, time_point now);

    /// The index of the direction that verdict::stalled is about.
    [[nodiscard]] std::size_t stalled() const { return accepted_at_[0] <= accepted_at_[1] ? 0 : 1; }

    /// The receiver of the direction has had something to take at the last look, and had taken
    /// nothing since the one before.
    [[nodiscard]] bool is_held_up(std::size_t direction) const {
        return accepted_at_[direction] < looked_at_;
    }

    /// One side has ended; from now on the other has limits.linger.
    void one_has_ended(time_point now);

    /// When to look, after look(), one_has_ended() or wake() at `now`.
    [[nodiscard]] time_point next(time_point now) const;

    /// Whether next() takes into account that bytes may move. Where it does not, wake() is to be
    /// called when they do again.
    [[nodiscard]] bool is_awake() const { return is_awake_; }

    void wake() { is_awake_ = true; }

    [[nodiscard]] time_point began() const { return began_; }

    [[nodiscard]] const session_limits& limits() const { return limits_; }

    /// When it was seen last that something had moved.
    [[nodiscard]] time_point moved_at() const { return moved_at_; }

    /// One side has ended.
    [[nodiscard]] bool lingers() const { return lingers_; }

private:
    session_limits limits_;
    time_point began_;
    time_point moved_at_;                   ///< the last look before which something had moved
    std::array<time_point, 2> accepted_at_; ///< ... at which the receiver had nothing left to take
    time_point looked_at_ = began_;
    flows seen_{};
    bool is_awake_ = true;
    bool lingers_ = false;
};

} // namespace repeater
