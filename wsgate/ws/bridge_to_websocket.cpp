// A bridge's way from TCP to the WebSocket: dialling, then bytes in, frames out.
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
            if (!outbox_.idle()) { // a WebSocket that takes nothing stops the reading here
                stalled(direction::to_websocket, true);
                co_await outbox_.flushed();
                stalled(direction::to_websocket, false);
            }
            if (outbox_.broken()) { // carry_to_tcp() hears of it behind the WebSocket's last bytes
                clock_.watch(net::clock::now());
                look_earlier();
            }
            if (const auto [ec] = co_await tcp_stream_->wait(net::readiness::read); ec) {
                tcp_ended(ec);
                break;
            }
            goes_on = !outbox_.idle() || read_tcp(); // a control frame may have come between
        }
        tcp_stream_->close();
    }
    tcp_ = tcp_state::over;
    changed_.notify();
}

/// One read, and one write of what it brought. False: TCP has ended.
bool bridge::read_tcp() {
    const auto got = tcp_stream_->read_some(room_for_payload());
    if (got.would_block()) {
        return true;
    }
    if (got.error) {
        tcp_ended(got.error);
        return false;
    }
    // What nobody wants is read all the same: closing a socket with unread bytes resets it.
    if (!is_ending() && !outbox_.broken()) {
        moved(direction::to_websocket, got.bytes);
        send_frames(got.bytes);
    }
    return true;
}

/// Where TCP's bytes go: as many as may be sent at once.
std::span<std::byte> bridge::room_for_payload() const {
    const auto most = options_.text == text_frames::base64 ? options_.max_frame / 4 * 3 // RFC 4648
                                                           : room_.size;
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

/// False: there is none, and none will be needed.
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

/// What dials is cancelled by cut(); an exception is how a cancelled coroutine ends.
asio::awaitable<dialled> bridge::dial_until_cut() {
    dialled got{nullptr, asio::error::operation_aborted};
    tcp_ = tcp_state::dialling;
    try {
        got = co_await dial_();
    } catch (const std::exception&) {
        tcp_ = tcp_state::over; // nothing is left to be cancelled
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
