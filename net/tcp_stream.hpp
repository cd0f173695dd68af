// A TCP or Unix connection on an event loop, as coroutines and bridges use it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/readiness_watch.hpp"
#include "net/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace net {

/// Attempts that cannot succeed cost no system call.
class tcp_stream final : public stream {
public:
    /// Whether something may have come already, so that reading is tried before it is waited for.
    enum class peer { may_have_spoken, is_mute };

    /// Takes the socket; `c.early` stays with the caller.
    tcp_stream(const asio::any_io_executor&, connection& c, peer = peer::may_have_spoken);

    [[nodiscard]] io_result read_some(std::span<std::byte>) override;
    [[nodiscard]] io_result write_some(std::span<const std::byte>) override;

    [[nodiscard]] asio::awaitable<std::tuple<error_code>> wait(readiness) override;
    void watch(stream_watcher*) override;
    [[nodiscard]] bool takes_bytes() override;
    [[nodiscard]] std::size_t untaken() override;
    [[nodiscard]] bool is_broken() override;
    void shutdown_send() override;
    void close() override;

    /// Reads what stays in the socket.
    [[nodiscard]] io_result peek(std::span<std::byte>);

    /// For who reads from the descriptor or writes to it by other means, as OpenSSL does: an
    /// attempt there would have blocked.
    void blocked(readiness what) { watch_.blocked(what); }

    /// Completes when the peer has closed or broken off (FIN, RST, time-out), whether or not there
    /// are bytes to read.
    [[nodiscard]] asio::awaitable<std::tuple<error_code>> wait_for_end();

    /// Takes the socket off this event loop; pending waits complete with operation_aborted.
    [[nodiscard]] connection detach(std::vector<std::byte> early);

    /// Whether an attempt may be worth making; wait() would complete at once then.
    [[nodiscard]] bool may(readiness what) const { return watch_.may(what); }

    /// What the event loop has said so far: it takes bytes; it has broken, or failed to connect.
    [[nodiscard]] bool may_write() const { return may(readiness::write); }

    [[nodiscard]] bool has_ended() const { return watch_.broken(); }

    [[nodiscard]] int native_handle() const { return socket_.get(); }

    [[nodiscard]] const asio::ip::tcp::endpoint& peer_address() const { return peer_; }

private:
    unique_fd socket_;
    asio::ip::tcp::endpoint peer_;
    readiness_watch watch_;
};

} // namespace net
