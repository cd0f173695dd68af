// A TCP connection on an event loop of Asio's, as coroutines use it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace net {

class tcp_stream final : public stream {
public:
    /// Takes the socket; `c.early` stays with the caller.
    tcp_stream(const asio::any_io_executor&, connection& c);

    [[nodiscard]] io_result read_some(std::span<std::byte>) override;
    [[nodiscard]] io_result write_some(std::span<const std::byte>) override;

    [[nodiscard]] asio::awaitable<std::tuple<error_code>> wait(readiness) override;
    [[nodiscard]] std::size_t untaken() override;
    [[nodiscard]] bool is_broken() override;
    void shutdown_send() override;
    void close() override;

    /// Completes when the connection broke (RST, time-out), not when it is readable.
    [[nodiscard]] asio::awaitable<std::tuple<error_code>> wait_for_error();

    /// Takes the socket off this event loop; pending waits complete with operation_aborted.
    [[nodiscard]] connection detach(std::vector<std::byte> early);

    [[nodiscard]] int native_handle() { return socket_.native_handle(); }

    [[nodiscard]] const asio::ip::tcp::endpoint& peer() const { return peer_; }

private:
    asio::ip::tcp::socket socket_;
    asio::ip::tcp::endpoint peer_;
};

} // namespace net
