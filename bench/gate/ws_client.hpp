// A browser's end of a WebSocket on loopback, plain or through TLS; most calls do not block.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/socket.hpp"
#include "bench/subject.hpp"

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace bench {

/// The TLS of all clients, without session tickets: every handshake is a whole one. The suites
/// stand in the order of browsers, so that those who leave the choice to the client do the same
/// work.
[[nodiscard]] SSL_CTX* client_context();

/// All functions throw std::system_error, or std::runtime_error where the gateway breaks off or
/// refuses.
class ws_client {
public:
    /// Connects; everything else is left to open().
    ws_client(std::uint16_t port, wrapping);

    /// Goes on with TLS and the opening handshake. True once the WebSocket is open; after false it
    /// is to be called again when the socket is readable.
    [[nodiscard]] bool open();

    /// Blocks until the WebSocket is open, for a bounded time.
    void open_now();

    /// Return how many bytes were moved, or nothing where it would block; try_receive() returns 0
    /// at the end of the stream.
    [[nodiscard]] std::optional<std::size_t> try_send(std::span<const std::byte>);
    [[nodiscard]] std::optional<std::size_t> try_receive(std::span<std::byte>);

    /// Receives and discards; returns how many bytes, or nothing where it would block.
    [[nodiscard]] std::optional<std::size_t> try_discard();

    void send_now(std::span<const std::byte>);
    void receive_now(std::span<std::byte>);

    /// Blocks until one of `events` (POLLIN, POLLOUT) is there, for a bounded time.
    void wait_for(short events) const;

    [[nodiscard]] const unique_fd& socket() const { return socket_; }

    void reset();

private:
    enum class stage { tls, request, answer, open };

    struct ssl_free {
        void operator()(SSL*) const;
    };

    [[nodiscard]] bool shake_hands();
    [[nodiscard]] bool read_answer();
    [[nodiscard]] std::optional<std::size_t> outcome(int result, std::size_t bytes) const;

    unique_fd socket_;
    std::unique_ptr<SSL, ssl_free> ssl_; // null: plain
    stage stage_ = stage::request;
    std::string answer_; // the response's head; later what came behind it
};

} // namespace bench
