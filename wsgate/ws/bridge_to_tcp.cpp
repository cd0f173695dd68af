// A bridge's way from the WebSocket to TCP: frames in, their payload out.
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
        cut(); // nothing was left to be delivered, so nobody needs the TCP connection any more
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
    if (is_ending()) { // after a Close of ours nothing is forwarded
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

/// How many of the bytes are done with: written, or all of them where TCP wants none any more.
std::size_t bridge::forward(std::span<const std::byte> payload) {
    std::size_t done = 0;
    while (done < payload.size() && tcp_ == tcp_state::open) {
        const auto wrote = tcp_stream_->write_some(payload.subspan(done));
        if (wrote.would_block()) {
            break;
        }
        if (wrote.error) {
            // Its reader will hear of it too, after TCP's last bytes, but not what it was.
            tcp_error_ = wrote.error;
            tcp_is_deaf();
        }
        done += wrote.bytes;
    }
    moved(direction::to_tcp, done);
    return tcp_ > tcp_state::open ? payload.size() : done;
}

/// Delivers, then takes each end one state further where that is due.
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
        // There must be room for TLS's close_notify.
        (void)co_await websocket_stream_.wait(net::readiness::write);
        websocket_stream_.shutdown_send();
    }
}

/// Until TCP has it all, or takes nothing more. Meanwhile nobody reads from the WebSocket.
asio::awaitable<void> bridge::deliver(bytes rest) {
    clock_.begin_delivery(net::clock::now());
    look_earlier();
    changed_.notify(); // perhaps TCP is dialled only now
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
