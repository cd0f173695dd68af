// Writes directly to the socket, and keeps what is left over.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/outbox.hpp"

#include <cassert>
#include <utility>

namespace wsgate {

outbox::outbox(const net::event_loop& loop, net::stream& websocket, key_source keys)
    : loop_(loop), websocket_(websocket), keys_(keys), last_progress_(loop.now()) {}

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
        last_progress_ = loop_.now();
    }
    return done;
}

void outbox::break_off(const net::error_code& ec) {
    broken_ = ec;
    bytes{}.swap(kept_);
    kept_done_ = 0;
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
        flush();
    }
}

void outbox::ping() {
    if (!closed_) {
        ping_ = true;
        flush();
    }
}

void outbox::pong(std::span<const std::byte> payload) {
    if (!closed_) {
        pong_ = control(opcode::pong, payload);
        flush();
    }
}

void outbox::close(close_code code, std::string_view text) {
    if (!std::exchange(closed_, true)) {
        pong_.reset();
        ping_ = false;
        close_ = control(opcode::close, close_payload(code, text));
        flush();
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
void outbox::flush() {
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
}

outbox::bytes outbox::detach() {
    bytes all(kept_.begin() + static_cast<std::ptrdiff_t>(kept_done_), kept_.end());
    for (auto next = next_frame(); !next.empty(); next = next_frame()) {
        all.insert(all.end(), next.begin(), next.end());
    }
    stop();
    return all;
}

void outbox::stop() {
    stopped_ = closed_ = true;
    bytes{}.swap(kept_);
    kept_done_ = 0;
}

} // namespace wsgate
