// A TLS connection that a client opened, as a stream: OpenSSL directly on the socket.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/stream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <openssl/types.h>

#include <memory>
#include <string_view>

namespace wsgate {

namespace asio = boost::asio;

class tls_stream final : public net::stream {
public:
    /// Takes the socket. Throws std::bad_alloc.
    tls_stream(const asio::any_io_executor&, net::connection&, SSL_CTX*);

    /// Before anything else. Plain HTTP is answered with a 400 in plain, and fails.
    [[nodiscard]] asio::awaitable<net::error_code> handshake();

    /// A peer that leaves without close_notify has ended like any other.
    [[nodiscard]] net::io_result read_some(std::span<std::byte>) override;

    /// After would_block the next attempt must begin with the same bytes.
    [[nodiscard]] net::io_result write_some(std::span<const std::byte>) override;
    [[nodiscard]] asio::awaitable<std::tuple<net::error_code>> wait(net::readiness) override;
    void shutdown_send() override;
    void close() override;

    /// "TLSv1.3"
    [[nodiscard]] std::string_view version() const;

private:
    struct ssl_free {
        void operator()(SSL*) const;
    };

    using direction = asio::ip::tcp::socket::wait_type;

    [[nodiscard]] net::error_code why(int result, direction& wanted);
    void answer_plain_http();

    asio::ip::tcp::socket socket_;
    std::unique_ptr<SSL, ssl_free> ssl_;
    // What the socket must be ready for before the next attempt; either may need the other.
    direction read_wants_ = direction::wait_read;
    direction write_wants_ = direction::wait_write;
    bool read_blocked_ = false; ///< the last read found no whole record
    bool established_ = false;
    bool broken_ = false; ///< OpenSSL forbids SSL_shutdown after a fatal error
};

} // namespace wsgate
