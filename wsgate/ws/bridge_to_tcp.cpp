// Carries data from the WebSocket to TCP: reads frames, writes their payload.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/bridge.hpp"

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

// Where at least so many bytes are frames of fewer than so many bytes on average, no more than
// these are read at once.
constexpr std::size_t many_bytes = 4096;
constexpr std::size_t smallest_usual_frame = 64;

} // namespace

bool bridge::carry_to_tcp() {
    switch (to_tcp_) {
    case to_tcp::reading:
        return read_websocket();
    case to_tcp::delivering:
        return deliver();
    case to_tcp::parting:
        return part();
    case to_tcp::over:
        break;
    }
    return false;
}

/// A frame takes its time however small it is, and a flood of empty ones, such as pings, must not
/// keep the others on this event loop waiting: then a turn is one short read.
std::size_t bridge::most_at_once() const {
    return are_frames_tiny_ ? std::min(scratch_.size(), many_bytes) : scratch_.size();
}

bool bridge::read_websocket() {
    const auto got = websocket_stream_.read_some(scratch_.first(most_at_once()));
    if (got.would_block()) {
        return false;
    }
    if (got.error) {
        websocket_left(got.error);
        websocket_is_over(got.error);
    } else {
        keep(take(scratch_.first(got.bytes)));
    }
    return true;
}

/// Acts on what the WebSocket sent; returns the payload that TCP did not take at once.
bridge::bytes bridge::take(std::span<std::byte> received) {
    const auto meant = decoder_.decode(received);
    are_frames_tiny_ =
        received.size() >= many_bytes && meant.frames * smallest_usual_frame > received.size();
    clock_.heard();
    if (meant.pong) {
        hear_pong();
    }
    summary_.dropped_text = summary_.dropped_text || meant.dropped_text;
    if (is_ending()) { // nothing is forwarded after the session has begun to end
        if (meant.close || meant.failure) {
            websocket_is_drained();
        }
        return {};
    }
    if (meant.ping) {
        outbox_.pong(meant.ping->view());
    }
    const auto payload = received.first(meant.payload);
    const auto rest = payload.subspan(forward(payload));
    if (meant.close) {
        end(end_cause::websocket_closed, meant.close->code, meant.close->text);
        websocket_is_drained();
        outbox_.close(meant.close->code, {});
    } else if (meant.failure) {
        close_with(end_cause::websocket_broke_rules, meant.failure->code, meant.failure->text);
        websocket_is_drained();
    }
    return {rest.begin(), rest.end()};
}

void bridge::hear_pong() {
    const auto after = clock_.ponged(net::clock::now());
    if (after && options_.observer != nullptr) {
        options_.observer->pong_after(*after);
    }
}

/// Writes to TCP. Returns how many of the bytes need no further write: those that were written, or
/// all where TCP takes nothing any more.
std::size_t bridge::forward(std::span<const std::byte> payload) {
    std::size_t done = 0;
    while (done < payload.size() && tcp_ == tcp_state::open) {
        const auto wrote = tcp_stream_->write_some(payload.subspan(done));
        if (wrote.would_block()) {
            break;
        }
        if (wrote.error) {
            // carry_to_websocket() will see the end as well, after TCP's last bytes, but without
            // this error.
            tcp_error_ = wrote.error;
            tcp_is_deaf();
        }
        done += wrote.bytes;
    }
    moved(direction::to_tcp, done);
    return tcp_ > tcp_state::open ? payload.size() : done;
}

/// Delivers what TCP did not take at once, or goes on to what comes after that.
void bridge::keep(bytes rest) {
    if (rest.empty()) {
        settle();
        return;
    }
    rest_ = std::move(rest);
    to_tcp_ = to_tcp::delivering;
    clock_.begin_delivery(loop_.now());
    stalled(direction::to_tcp, tcp_ == tcp_state::open);
}

/// Until TCP has taken all of it, or takes nothing more. Meanwhile nobody reads from the WebSocket.
bool bridge::deliver() {
    if (tcp_ < tcp_state::open) {
        return false;
    }
    const auto more = forward(std::span(rest_).subspan(rest_done_));
    rest_done_ += more;
    if (more > 0) {
        clock_.delivered_some(loop_.now());
    }
    if (rest_done_ < rest_.size()) {
        stalled(direction::to_tcp, true);
        return more > 0;
    }
    bytes{}.swap(rest_);
    rest_done_ = 0;
    stalled(direction::to_tcp, false);
    clock_.end_delivery();
    to_tcp_ = to_tcp::reading;
    settle();
    return true;
}

/// TCP has all that came; takes each end one state further where that is due.
void bridge::settle() {
    if (is_ending()) {
        finish_tcp();
    }
    if (websocket_ == websocket_state::drained) {
        websocket_ = websocket_state::half_closed;
        to_tcp_ = to_tcp::parting;
    }
}

bool bridge::part() {
    // There must be room in the socket, without which TLS's close_notify would be dropped.
    if (!outbox_.idle() || !websocket_stream_.takes_bytes()) {
        return false;
    }
    websocket_stream_.shutdown_send();
    to_tcp_ = to_tcp::reading;
    return true;
}

} // namespace wsgate
