// Carries data from the WebSocket to TCP: reads frames, writes their payload.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/bridge.hpp"

#include <utility>

namespace wsgate {

asio::awaitable<void> bridge::carry_to_tcp(bytes early) {
    co_await settle(take(early));
    bytes{}.swap(early);
    for (;;) {
        if (const auto [ec] = co_await websocket_stream_.wait(net::readiness::read); ec) {
            websocket_left(ec);
            break;
        }
        const auto got = websocket_stream_.read_some(scratch_);
        if (got.would_block()) {
            continue;
        }
        if (got.error) {
            websocket_left(got.error);
            break;
        }
        auto rest = take(scratch_.first(got.bytes));
        if (is_ending() || !rest.empty()) {
            co_await settle(std::move(rest));
        }
    }
    outbox_.stop();
    websocket_stream_.close();
    if (tcp_stream_) {
        finish_tcp();
    } else {
        cut(); // there was nothing to deliver, so TCP need not be dialled any more
    }
}

/// Acts on what the WebSocket sent; returns the payload that TCP did not take at once.
bridge::bytes bridge::take(std::span<std::byte> received) {
    const auto meant = decoder_.decode(received);
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

/// Delivers what TCP did not take at once, then takes each end one state further where that is due.
asio::awaitable<void> bridge::settle(bytes rest) {
    if (!rest.empty()) {
        co_await deliver(std::move(rest));
    }
    if (is_ending()) {
        finish_tcp();
    }
    if (websocket_ == websocket_state::drained) {
        websocket_ = websocket_state::half_closed;
        co_await outbox_.flushed();
        // Waits for room in the socket, without which TLS's close_notify would be dropped.
        (void)co_await websocket_stream_.wait(net::readiness::write);
        websocket_stream_.shutdown_send();
    }
}

/// Returns when TCP has taken all of it, or takes nothing more. Meanwhile nobody reads from the
/// WebSocket.
asio::awaitable<void> bridge::deliver(bytes rest) {
    clock_.begin_delivery(net::clock::now());
    look_earlier();
    changed_.notify(); // open_tcp() may be waiting for the first data
    while (tcp_ < tcp_state::open && websocket_ != websocket_state::cut) {
        co_await changed_.wait();
    }
    auto done = forward(rest);
    stalled(direction::to_tcp, done < rest.size() && tcp_stream_);
    while (done < rest.size() && tcp_stream_) {
        const auto [ec] = co_await tcp_stream_->wait(net::readiness::write);
        if (ec) {
            tcp_is_deaf();
            break;
        }
        const auto more = forward(std::span(rest).subspan(done));
        if (more > 0) {
            clock_.delivered_some(net::clock::now());
        }
        done += more;
    }
    stalled(direction::to_tcp, false);
    clock_.end_delivery();
}

} // namespace wsgate
