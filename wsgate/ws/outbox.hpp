// Writes frames to the WebSocket: whole ones, one after the other.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/stream.hpp"
#include "net/wake_up.hpp"
#include "wsgate/ws/frame.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

/// Writes at once what the WebSocket takes and keeps the rest, which is bounded: the rest of one
/// send(), one text, and three control frames, since only the newest Pong, one Ping and one Close
/// ever wait.
class outbox {
public:
    /// `on_rest` is called when something could not be written at once, so that somebody has to
    /// await flushed(). `keys` mask the frames that are made here, where we are the WebSocket's
    /// client.
    outbox(const asio::any_io_executor&, net::stream& websocket, std::function<void()> on_rest,
           key_source keys = nullptr);

    /// Sends whole data frames. To be called only when idle(); the sender awaits flushed()
    /// otherwise, so that a WebSocket that does not read stops it.
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

    /// Completes when idle(), or broken, or stopped. The first of those who await it writes what
    /// could not be written at once.
    [[nodiscard]] asio::awaitable<void> flushed();

    void stop();

private:
    using bytes = std::vector<std::byte>;

    /// Writes what the WebSocket takes at once; returns how many bytes.
    [[nodiscard]] std::size_t write(std::span<const std::byte>);
    [[nodiscard]] bytes control(opcode, std::span<const std::byte> payload) const;
    [[nodiscard]] bytes next_frame();
    void write_kept();
    void break_off(const net::error_code&);

    net::stream& websocket_;
    std::function<void()> on_rest_;
    key_source keys_;
    net::wake_up changed_;
    bytes kept_;
    std::size_t kept_done_ = 0; ///< bytes of kept_ that have been written
    std::optional<bytes> text_;
    std::optional<bytes> pong_;
    std::optional<bytes> close_;
    bool ping_ = false;
    bool writing_ = false; ///< somebody in flushed() waits for the WebSocket
    bool closed_ = false;
    bool stopped_ = false;
    net::error_code broken_;
    net::clock::time_point last_progress_ = net::clock::now();
};

} // namespace wsgate
