// Compares times: the earliest limit is the next look, the latest sign of life moves a limit on.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/bridge_clock.hpp"

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

constexpr auto looks = 5; // at a watched connection, in limits_.close

} // namespace

bridge_clock::bridge_clock(const bridge_limits& limits, time_point now)
    : limits_(limits), next_ping_(limits.ping.count() > 0 ? now + limits.ping : never), moved_(now),
      sent_(now) {}

std::optional<bridge_clock::duration> bridge_clock::ponged(time_point now) {
    const auto since = std::exchange(pinged_, std::nullopt);
    return since ? std::optional{now - *since} : std::nullopt;
}

void bridge_clock::begin_delivery(time_point now) {
    is_delivering_ = true;
    watch(now);
}

void bridge_clock::end_delivery() {
    is_delivering_ = false;
    unanswered_.reset();
    // The pong has waited for us to read it, so its time would say nothing about the connection.
    pinged_.reset();
}

void bridge_clock::watch(time_point now) {
    if (!next_look_) {
        seen_ = now;
        next_look_ = now + limits_.close / looks;
    }
}

void bridge_clock::end(time_point now, std::size_t untaken, bool by_websocket) {
    end_began_ = now;
    untaken_ = untaken;
    by_websocket_ = by_websocket;
}

/// While TCP does not take data, what is behind that data cannot be read, so no pong is expected.
bool bridge_clock::expects_pong() const {
    return unanswered_ && limits_.pong.count() > 0 && !is_delivering_;
}

bridge_clock::time_point bridge_clock::next() const {
    if (end_began_) {
        return over_at();
    }
    auto earliest = next_ping_;
    if (expects_pong()) {
        earliest = std::min(earliest, *unanswered_ + limits_.pong);
    }
    if (limits_idling()) {
        earliest = std::min(earliest, moved_ + limits_.idle);
    }
    return next_look_ ? std::min(earliest, *next_look_) : earliest;
}

bridge_clock::due bridge_clock::look(time_point now, const sight& websocket) {
    sent_ = websocket.sent;
    if (end_began_) {
        return look_at_ending(now, websocket.untaken);
    }
    if (is_lost(now, websocket.broken)) {
        return due::lost;
    }
    if (expects_pong() && now >= *unanswered_ + limits_.pong) {
        return look_for_pong(now, websocket.untaken);
    }
    if (limits_idling() && now >= moved_ + limits_.idle) {
        return due::idle;
    }
    return takes_ping(now, websocket.flushed) ? due::ping : due::nothing;
}

/// Whether the WebSocket's connection has been broken for so long that it is given up. TCP gets as
/// long as an ending takes to accept what came before.
bool bridge_clock::is_lost(time_point now, bool broken) {
    if (!is_delivering_ && !broken) {
        next_look_.reset();
    }
    if (!next_look_ || now < *next_look_) {
        return false;
    }
    next_look_ = now + limits_.close / looks;
    if (!broken) {
        seen_ = now;
    }
    return broken && now >= std::max(seen_, delivered_) + limits_.close;
}

bridge_clock::due bridge_clock::look_for_pong(time_point now, std::size_t untaken) {
    if (untaken > 0) { // the ping may be behind bytes that were not taken yet
        unanswered_ = now;
        return due::nothing;
    }
    return due::no_pong;
}

/// Whether a ping is due. Silence of ours calls for one, and of the WebSocket where that is asked
/// for. None is sent where bytes of ours still wait: the peer could not answer a ping behind them.
bool bridge_clock::takes_ping(time_point now, bool flushed) {
    if (now < next_ping_) {
        return false;
    }
    const bool is_mute = !std::exchange(heard_, false) && limits_.ping_mute && !is_delivering_;
    if (const auto silent = sent_ + limits_.ping; silent > now && !is_mute) {
        next_ping_ = silent;
        return false;
    }
    next_ping_ = now + limits_.ping;
    if (flushed) {
        unanswered_ = unanswered_.value_or(now);
        pinged_ = pinged_.value_or(now);
    }
    return flushed;
}

/// When the ending is over. Any progress moves it on.
bridge_clock::time_point bridge_clock::over_at() const {
    if (waits_for_tcp()) {
        return std::max(*end_began_, delivered_) + limits_.deliver;
    }
    return std::max({*end_began_, delivered_, sent_, taken_}) + limits_.close;
}

/// Whether an ending has taken its time. A slow receiver that still takes bytes gets more of it
/// (limits_.deliver), since what is on its way, and our Close behind it, would be lost with the
/// connection.
bridge_clock::due bridge_clock::look_at_ending(time_point now, std::size_t untaken) {
    if (now < over_at()) {
        return due::nothing;
    }
    const bool has_taken = untaken < std::exchange(untaken_, untaken);
    if (waits_for_tcp() || !has_taken || now >= std::max(*end_began_, sent_) + limits_.deliver) {
        return due::over;
    }
    taken_ = now;
    return due::nothing;
}

} // namespace wsgate
