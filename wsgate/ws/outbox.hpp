// What is on its way to the WebSocket: whole frames, one after the other, never interleaved.
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
    /// `on_rest`: somebody has to await flushed(). With keys for what it makes itself where we are
    /// the WebSocket's client.
    outbox(const asio::any_io_executor&, net::stream& websocket, std::function<void()> on_rest,
           key_source keys = nullptr);

    /// Whole data frames. Only when idle(): so a WebSocket that does not read stops the sender,
    /// which awaits flushed() next.
    void send(std::span<const std::byte> frames);

    /// A text frame, as the WebSocket's server; once.
    void tell(std::string_view text);

    void ping();
    void pong(std::span<const std::byte> payload);

    /// The last frame; what is queued later is dropped.
    void close(close_code, std::string_view text);

    /// Nothing waits to be written.
    [[nodiscard]] bool idle() const { return kept_.empty(); }

    /// Set once the WebSocket takes nothing more; all is dropped from then on.
    [[nodiscard]] const net::error_code& broken() const { return broken_; }

    /// When the WebSocket last took something.
    [[nodiscard]] net::clock::time_point last_progress() const { return last_progress_; }

    /// Completes when idle(), or broken, or stopped. The first of those who await it writes what
    /// did not go at once.
    [[nodiscard]] asio::awaitable<void> flushed();

    void stop();

private:
    using bytes = std::vector<std::byte>;

    /// How much of it the WebSocket took.
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
    std::size_t kept_done_ = 0; ///< of kept_, what has been written
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
