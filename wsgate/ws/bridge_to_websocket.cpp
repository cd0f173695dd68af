// Dials TCP, then carries data from TCP to the WebSocket: reads bytes, writes frames.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/text/base64.hpp"
#include "wsgate/ws/bridge.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace wsgate {

asio::awaitable<void> bridge::carry_to_websocket() {
    if (co_await open_tcp()) {
        for (bool goes_on = true; goes_on;) {
            if (!outbox_.idle()) { // a WebSocket that takes nothing stops reading
                stalled(direction::to_websocket, true);
                co_await outbox_.flushed();
                stalled(direction::to_websocket, false);
            }
            // carry_to_tcp() notices the end too, but only after it has read the WebSocket's last
            // bytes. Until then the clock watches.
            if (outbox_.broken()) {
                clock_.watch(net::clock::now());
                look_earlier();
            }
            if (const auto [ec] = co_await tcp_stream_->wait(net::readiness::read); ec) {
                tcp_ended(ec);
                break;
            }
            goes_on = !outbox_.idle() || read_tcp(); // a control frame may wait since then
        }
        tcp_stream_->close();
    }
    tcp_ = tcp_state::over;
    changed_.notify();
}

/// Reads once, and writes what it got. False where TCP has ended.
bool bridge::read_tcp() {
    const auto got = tcp_stream_->read_some(room_for_payload());
    if (got.would_block()) {
        return true;
    }
    if (got.error) {
        tcp_ended(got.error);
        return false;
    }
    // Bytes that nobody wants any more are read all the same: closing a socket with unread bytes
    // would reset the connection.
    if (!is_ending() && !outbox_.broken()) {
        moved(direction::to_websocket, got.bytes);
        send_frames(got.bytes);
    }
    return true;
}

/// The part of the scratch buffer that TCP is read into: as many bytes as may be sent at once.
std::span<std::byte> bridge::room_for_payload() const {
    // Base64 makes 4 bytes of 3 (RFC 4648).
    const auto most =
        options_.text == text_frames::base64 ? options_.max_frame / 4 * 3 : room_.size;
    return scratch_.subspan(room_.gap, std::min(most, room_.size));
}

void bridge::send_frames(std::size_t payload) {
    if (options_.text != text_frames::base64) {
        outbox_.send(enframe(scratch_, room_, payload, options_.max_frame, options_.keys));
        return;
    }
    const auto data = scratch_.subspan(room_.gap, payload);
    outbox_.send(text_frame(
        to_base64({reinterpret_cast<const char*>(data.data()), data.size()}))); // NOLINT: bytes
}

/// Dials TCP, when the first data has come where that was asked for. False where there is no
/// connection and none is needed any more.
asio::awaitable<bool> bridge::open_tcp() {
    while (options_.dial == dial_time::first_data && !clock_.is_delivering() &&
           websocket_ != websocket_state::cut) {
        co_await changed_.wait();
    }
    if (websocket_ == websocket_state::cut) {
        co_return false;
    }
    const auto began = net::clock::now();
    auto got = co_await dial_until_cut();
    if (websocket_ == websocket_state::cut) {
        co_return false;
    }
    report_dial(got, began);
    if (!got.stream) {
        tcp_not_reached(got);
        co_return false;
    }
    tcp_stream_ = std::move(got.stream);
    tcp_ = tcp_state::open;
    if (options_.tell_status) {
        outbox_.tell(R"({"status":"ready","details":"Upstream socket connected"})");
    }
    changed_.notify();
    if (is_ending() && !clock_.is_delivering()) {
        finish_tcp();
    }
    co_return true;
}

/// Runs the dialler, which cut() can cancel; a cancelled coroutine ends with an exception.
asio::awaitable<dialled> bridge::dial_until_cut() {
    dialled got{nullptr, asio::error::operation_aborted};
    tcp_ = tcp_state::dialling;
    try {
        got = co_await dial_();
    } catch (const std::exception&) {
        tcp_ = tcp_state::over; // so that cut() cancels nothing any more
        if (websocket_ != websocket_state::cut) {
            throw;
        }
    }
    co_return got;
}

void bridge::report_dial(const dialled& got, net::clock::time_point began) {
    if (options_.observer == nullptr || got.counted) {
        return;
    }
    if (got.stream) {
        options_.observer->connected(net::clock::now() - began);
    } else {
        options_.observer->failed(got.error);
    }
}

} // namespace wsgate
