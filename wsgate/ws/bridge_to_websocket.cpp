// Dials TCP, then carries data from TCP to the WebSocket: reads bytes, writes frames.
// SPDX-License-Identifier: EUPL-1.2
#include "net/task_group.hpp"
#include "wsgate/text/base64.hpp"
#include "wsgate/ws/bridge.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace wsgate {

bool bridge::carry_to_websocket() {
    switch (tcp_) {
    case tcp_state::none:
        if (options_.dial == dial_time::first_data && !clock_.is_delivering()) {
            break;
        }
        dial();
        return true;
    case tcp_state::open:
    case tcp_state::deaf:
    case tcp_state::half_closed:
        return read_tcp();
    case tcp_state::dialling:
    case tcp_state::over:
        break;
    }
    return false;
}

/// Reads once, and writes what it got.
bool bridge::read_tcp() {
    // A WebSocket that takes nothing stops reading.
    stalled(direction::to_websocket, !outbox_.idle());
    if (!outbox_.idle()) {
        return false;
    }
    // carry_to_tcp() notices the end too, but only after it has read the WebSocket's last bytes.
    // Until then the clock watches.
    if (outbox_.broken()) {
        clock_.watch(loop_.now());
    }
    const auto got = tcp_stream_->read_some(room_for_payload());
    if (got.would_block()) {
        return false;
    }
    if (got.error) {
        tcp_ended(got.error);
        tcp_stream_->close();
        tcp_ = tcp_state::over;
        return true;
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

/// Runs the dialler, which cut() can cancel.
void bridge::dial() {
    tcp_ = tcp_state::dialling;
    dial_began_ = net::clock::now();
    asio::co_spawn(
        executor_, dial_(),
        asio::bind_cancellation_slot(stop_dialling_.slot(),
                                     [this](const std::exception_ptr& failed, dialled got) {
                                         heard_from_dialler(failed, std::move(got));
                                     }));
}

/// A dialler that was cancelled ends with an exception, which means nothing.
void bridge::heard_from_dialler(const std::exception_ptr& failed, dialled got) {
    if (websocket_ == websocket_state::cut) {
        tcp_ = tcp_state::over;
    } else if (failed) {
        tcp_ = tcp_state::over;
        break_down(net::what(failed));
    } else {
        try {
            open_tcp(std::move(got));
        } catch (const std::exception& e) {
            break_down(e.what());
        }
    }
    advance();
}

void bridge::open_tcp(dialled got) {
    report_dial(got);
    if (!got.stream) {
        tcp_ = tcp_state::over;
        tcp_not_reached(got);
        return;
    }
    tcp_stream_ = std::move(got.stream);
    tcp_ = tcp_state::open;
    tcp_stream_->watch(this);
    if (options_.tell_status) {
        outbox_.tell(R"({"status":"ready","details":"Upstream socket connected"})");
    }
    if (is_ending() && !clock_.is_delivering()) {
        finish_tcp();
    }
}

void bridge::report_dial(const dialled& got) {
    if (options_.observer == nullptr || got.counted) {
        return;
    }
    if (got.stream) {
        options_.observer->connected(net::clock::now() - dial_began_);
    } else {
        options_.observer->failed(got.error);
    }
}

} // namespace wsgate
