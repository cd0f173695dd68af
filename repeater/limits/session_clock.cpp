// Compares how far a session has come with what was seen at the look before.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/session_clock.hpp"

#include <algorithm>
#include <chrono>

namespace repeater {

namespace {

using std::chrono::milliseconds;

/// Of a limit, the time from one look to the next.
milliseconds step_of(milliseconds limit) {
    constexpr int looks = 20;
    return std::max(limit / looks, milliseconds(1));
}

bool has_passed(milliseconds limit, net::clock::duration time) {
    return limit.count() > 0 && time >= limit;
}

} // namespace

session_clock::verdict session_clock::look(const flows& now_seen, time_point now) {
    looked_at_ = now;
    bool is_pending = false;
    for (std::size_t i = 0; i < now_seen.size(); ++i) {
        const bool all_taken = now_seen[i].read == now_seen[i].taken;
        if (all_taken || now_seen[i].taken != seen_[i].taken) {
            accepted_at_[i] = now;
        }
        is_pending = is_pending || !all_taken;
    }
    const bool moved = now_seen != seen_;
    if (moved) {
        moved_at_ = now;
    }
    seen_ = now_seen;
    is_awake_ = moved || is_pending;
    const auto unaccepted = now - std::min(accepted_at_[0], accepted_at_[1]);
    if (has_passed(limits_.write_stall, unaccepted + step_of(limits_.write_stall))) {
        return verdict::stalled;
    }
    if (has_passed(limits_.longest, now - began_)) {
        return verdict::expired;
    }
    if (lingers_ && now - moved_at_ >= limits_.linger) {
        return verdict::lingered;
    }
    return has_passed(limits_.idle, now - moved_at_) ? verdict::silent : verdict::goes_on;
}

void session_clock::one_has_ended(time_point now) {
    lingers_ = true;
    moved_at_ = now;
}

session_clock::time_point session_clock::next(time_point now) const {
    auto soonest = never;
    const auto look_often = [&](bool applies, milliseconds limit) {
        if (applies && limit.count() > 0) {
            soonest = std::min<time_point>(soonest, now + step_of(limit));
        }
    };
    look_often(is_awake_, limits_.write_stall);
    look_often(true, limits_.idle);
    look_often(lingers_, limits_.linger);
    if (limits_.longest.count() > 0) {
        soonest = std::min<time_point>(soonest, began_ + limits_.longest);
    }
    return soonest;
}

} // namespace repeater
