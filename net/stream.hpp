// A connected byte stream as the pump sees it: try, and wait when it would block.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/token.hpp"

#include <cstddef>
#include <span>
#include <tuple>

namespace net {

struct pipe;

enum class readiness { read, write };

/// What one attempt did. `error` is empty where bytes moved; would_block: wait and try again;
/// asio::error::eof: the peer sends no more; anything else: the stream is broken that way.
struct io_result {
    std::size_t bytes = 0;
    error_code error;

    [[nodiscard]] bool would_block() const;
};

/// Attempts never block and never throw. An idle stream therefore needs no buffer: memory is lent
/// for the length of one attempt. A wait that is cancelled has moved no byte.
/// Implemented by tcp_stream, by wsgate's TLS stream, and by the tests' scripted stream.
class stream {
public:
    stream() = default;
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    virtual ~stream() = default;

    [[nodiscard]] virtual io_result read_some(std::span<std::byte>) = 0;
    [[nodiscard]] virtual io_result write_some(std::span<const std::byte>) = 0;

    /// True where bytes can go through a pipe without being copied (splice(2)).
    [[nodiscard]] virtual bool can_splice() const { return false; }

    /// As read_some() and write_some(), into and out of a pipe. Only where can_splice().
    [[nodiscard]] virtual io_result read_into(pipe&) { return unsupported(); }

    [[nodiscard]] virtual io_result write_from(pipe&) { return unsupported(); }

    /// Completes when an attempt is worth making again. At most one wait a direction at a time.
    [[nodiscard]] virtual asio::awaitable<std::tuple<error_code>> wait(readiness) = 0;

    /// Passes the end of our direction on (TCP FIN, TLS close_notify). Errors are of no interest.
    virtual void shutdown_send() = 0;

    /// Ends both directions; pending waits complete with operation_aborted.
    virtual void close() = 0;

private:
    [[nodiscard]] static io_result unsupported();
};

} // namespace net
