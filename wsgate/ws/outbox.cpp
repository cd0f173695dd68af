// Writes directly to the socket, and waits only while something is left over.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/outbox.hpp"

#include <boost/asio/error.hpp>

#include <cassert>
#include <utility>

namespace wsgate {

outbox::outbox(const asio::any_io_executor& executor, net::stream& websocket,
               std::function<void()> on_rest, key_source keys)
    : websocket_(websocket), on_rest_(std::move(on_rest)), keys_(keys), changed_(executor) {}

std::size_t outbox::write(std::span<const std::byte> data) {
    std::size_t done = 0;
    while (done < data.size() && !broken_) {
        const auto wrote = websocket_.write_some(data.subspan(done));
        if (wrote.would_block()) {
            break;
        }
        if (wrote.error) {
            break_off(wrote.error);
            break;
        }
        done += wrote.bytes;
    }
    if (done > 0) {
        last_progress_ = net::clock::now();
    }
    return done;
}

void outbox::break_off(const net::error_code& ec) {
    broken_ = ec;
    bytes{}.swap(kept_);
    kept_done_ = 0;
    changed_.notify();
}

void outbox::send(std::span<const std::byte> frames) {
    assert(idle());
    if (closed_ || broken_) {
        return;
    }
    const auto rest = frames.subspan(write(frames));
    if (!rest.empty() && !broken_) {
        kept_.assign(rest.begin(), rest.end());
    }
}

void outbox::tell(std::string_view text) {
    if (!closed_) {
        text_ = text_frame(text);
        write_kept();
    }
}

void outbox::ping() {
    if (!closed_) {
        ping_ = true;
        write_kept();
    }
}

void outbox::pong(std::span<const std::byte> payload) {
    if (!closed_) {
        pong_ = control(opcode::pong, payload);
        write_kept();
    }
}

void outbox::close(close_code code, std::string_view text) {
    if (!std::exchange(closed_, true)) {
        pong_.reset();
        ping_ = false;
        close_ = control(opcode::close, close_payload(code, text));
        write_kept();
    }
}

outbox::bytes outbox::control(opcode code, std::span<const std::byte> payload) const {
    if (keys_ == nullptr) {
        return control_frame(code, payload);
    }
    const auto key = keys_();
    return control_frame(code, payload, &key);
}

/// The waiting frame that goes next; empty where there is none. The Close is last, since nothing
/// may follow it (RFC 6455 5.5.1).
outbox::bytes outbox::next_frame() {
    if (text_) {
        return *std::exchange(text_, std::nullopt);
    }
    if (pong_) {
        return *std::exchange(pong_, std::nullopt);
    }
    if (std::exchange(ping_, false)) {
        return control(opcode::ping, {});
    }
    if (close_) {
        return *std::exchange(close_, std::nullopt);
    }
    return {};
}

/// Writes what is kept and then the waiting frames, until nothing is left or the WebSocket takes no
/// more. Takes the next frame only when the one before is written as a whole, so that frames are
/// never interleaved.
void outbox::write_kept() {
    const bool was_idle = idle();
    while (!broken_ && !stopped_) {
        if (kept_.empty() && (kept_ = next_frame()).empty()) {
            break;
        }
        kept_done_ += write(std::span(kept_).subspan(kept_done_));
        if (kept_done_ < kept_.size()) {
            break;
        }
        bytes{}.swap(kept_);
        kept_done_ = 0;
    }
    if (idle() != was_idle) {
        changed_.notify();
    }
    if (!idle() && !writing_ && !stopped_) {
        on_rest_();
    }
}

asio::awaitable<void> outbox::flushed() {
    while (writing_ && !idle() && !broken_ && !stopped_) {
        co_await changed_.wait();
    }
    writing_ = true;
    while (!idle() && !broken_ && !stopped_) {
        const auto [ec] = co_await websocket_.wait(net::readiness::write);
        if (ec) {
            break_off(ec);
        } else if (!stopped_) {
            write_kept();
        }
    }
    writing_ = false;
}

void outbox::stop() {
    stopped_ = true;
    changed_.notify();
}

} // namespace wsgate
