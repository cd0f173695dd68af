// Writes frames to the WebSocket: whole ones, one after the other.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "net/stream.hpp"
#include "wsgate/ws/frame.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgate {

/// Writes at once what the WebSocket takes and keeps the rest, which is bounded: the rest of one
/// send(), one text, and three control frames, since only the newest Pong, one Ping and one Close
/// ever wait. Whoever knows that the WebSocket takes bytes again calls flush().
class outbox {
public:
    /// `keys` mask the frames that are made here, where we are the WebSocket's client.
    outbox(const net::event_loop&, net::stream& websocket, key_source keys = nullptr);

    /// Sends whole data frames. To be called only when idle(), so that a WebSocket that does not
    /// read stops its sender.
    void send(std::span<const std::byte> frames);

    /// Sends a text frame. To be called once, and only where we are the WebSocket's server.
    void tell(std::string_view text);

    void ping();
    void pong(std::span<const std::byte> payload);

    /// Sends a Close, which is the last frame; what is queued later is dropped.
    void close(close_code, std::string_view text);

    /// Whether nothing waits to be written.
    [[nodiscard]] bool idle() const { return kept_.empty(); }

    /// Why the WebSocket takes nothing more, once that is so; everything is dropped from then on.
    [[nodiscard]] const net::error_code& broken() const { return broken_; }

    /// When the WebSocket last took something.
    [[nodiscard]] net::clock::time_point last_progress() const { return last_progress_; }

    /// Writes what waits, as far as the WebSocket takes it.
    void flush();

    /// Takes out all that waits, as bytes for the outbox with which another process goes on.
    [[nodiscard]] std::vector<std::byte> detach();

    /// Goes on with what was detached from another one. To be called first.
    void resume(std::vector<std::byte> frames) { kept_ = std::move(frames); }

    /// Drops what waits; what is queued later is dropped as well.
    void stop();

private:
    using bytes = std::vector<std::byte>;

    /// Writes what the WebSocket takes at once; returns how many bytes.
    [[nodiscard]] std::size_t write(std::span<const std::byte>);
    [[nodiscard]] bytes control(opcode, std::span<const std::byte> payload) const;
    [[nodiscard]] bytes next_frame();
    void break_off(const net::error_code&);

    const net::event_loop& loop_;
    net::stream& websocket_;
    key_source keys_;
    bytes kept_;
    std::size_t kept_done_ = 0; ///< bytes of kept_ that have been written
    std::optional<bytes> text_;
    std::optional<bytes> pong_;
    std::optional<bytes> close_;
    bool ping_ = false;
    bool closed_ = false;
    bool stopped_ = false;
    net::error_code broken_;
    net::clock::time_point last_progress_;
};

} // namespace wsgate
