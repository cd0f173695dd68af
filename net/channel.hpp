// A connected byte channel: attempts to read and write that never block.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace net {

struct pipe;

/// What one attempt did.
struct io_result {
    std::size_t bytes = 0;
    /// None where bytes moved. would_block: try again when the channel is ready. asio::error::eof:
    /// the peer sends no more. Any other: this direction is broken.
    error_code error;

    [[nodiscard]] bool would_block() const { return error.failed() && is_for_now(error); }

private:
    [[nodiscard]] static bool is_for_now(const error_code&);
};

/// Attempts never block and never throw. An idle channel therefore needs no buffer: memory is lent
/// for the length of one attempt.
class channel {
public:
    channel() = default;
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    virtual ~channel() = default;

    [[nodiscard]] virtual io_result read_some(std::span<std::byte>) = 0;
    [[nodiscard]] virtual io_result write_some(std::span<const std::byte>) = 0;

    /// True where bytes can go through a pipe without being copied (splice(2)).
    [[nodiscard]] virtual bool can_splice() const { return false; }

    /// As read_some() and write_some(), into and out of a pipe; at most so many bytes. Only where
    /// can_splice().
    [[nodiscard]] virtual io_result read_into(pipe&, std::size_t /*most*/) { return unsupported(); }

    [[nodiscard]] virtual io_result write_from(pipe&) { return unsupported(); }

    /// Passes the end of our direction on (TCP FIN, TLS close_notify). Errors are of no interest.
    virtual void shutdown_send() = 0;

    /// Ends both directions.
    virtual void close() = 0;

protected:
    // For kinds of channels that are values.
    channel(channel&&) noexcept = default;
    channel& operator=(channel&&) noexcept = default;

private:
    [[nodiscard]] static io_result unsupported();
};

/// One attempt that puts what it reads behind what `to` holds: at most `most` bytes, and no more
/// than 1024.
[[nodiscard]] io_result append_some(channel& from, std::vector<std::byte>& to, std::size_t most);

/// What a system call like read(2) returned, and errno.
[[nodiscard]] io_result outcome_of(std::ptrdiff_t returned);

/// One attempt on a non-blocking socket (recv(2), send(2)).
[[nodiscard]] io_result receive(int fd, std::span<std::byte>);
[[nodiscard]] io_result peek(int fd, std::span<std::byte>); ///< what it reads stays in the socket
[[nodiscard]] io_result send(int fd, std::span<const std::byte>);

/// Sent bytes that the peer's kernel has not taken yet (SIOCOUTQ); 0 where that cannot be known.
[[nodiscard]] std::size_t untaken_of(int fd);

/// An error is pending on a connected socket (POLLERR).
[[nodiscard]] bool has_failed(int fd);

} // namespace net
