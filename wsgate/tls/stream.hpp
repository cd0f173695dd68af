// A TLS connection as a stream: OpenSSL on the socket, without buffers between, on either side.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/stream.hpp"
#include "wsgate/tls/record_sink.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

namespace wsgate {

namespace asio = boost::asio;

struct ssl_free {
    void operator()(SSL*) const;
};

/// One connection's state, not yet tied to a socket.
using tls_session = std::unique_ptr<SSL, ssl_free>;

class tls_stream final : public net::stream {
public:
    /// Takes the socket and what was read from it. The session has been told whether it accepts or
    /// connects. Throws std::bad_alloc.
    tls_stream(const asio::any_io_executor&, net::connection&, tls_session);
    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;
    ~tls_stream() override;

    /// To be called before anything else. Plain HTTP gets a plain 400 for an answer, and fails.
    [[nodiscard]] asio::awaitable<net::error_code> handshake();

    /// Why the handshake failed, for a log: "certificate has expired".
    [[nodiscard]] const std::string& problem() const { return problem_; }

    /// A peer that leaves without close_notify has ended like any other.
    [[nodiscard]] net::io_result read_some(std::span<std::byte>) override;

    /// After would_block the next attempt must begin with the same bytes.
    [[nodiscard]] net::io_result write_some(std::span<const std::byte>) override;
    [[nodiscard]] asio::awaitable<std::tuple<net::error_code>> wait(net::readiness) override;
    [[nodiscard]] std::size_t untaken() override;
    [[nodiscard]] bool is_broken() override;
    void shutdown_send() override;
    void close() override;

    /// "TLSv1.3"
    [[nodiscard]] std::string_view version() const;

    /// For what only OpenSSL knows of this connection, such as the peer's certificate.
    [[nodiscard]] SSL* session() const { return ssl_.get(); }

private:
    using direction = asio::ip::tcp::socket::wait_type;

    [[nodiscard]] net::error_code why(int result, direction& wanted);
    [[nodiscard]] std::string describe(const net::error_code&) const;
    [[nodiscard]] bool read_from_socket();
    [[nodiscard]] bool leave_early_bytes();
    void answer_plain_http();
    void say_end();

    asio::ip::tcp::socket socket_;
    record_sink sink_;
    tls_session ssl_;
    std::string problem_;
    // What the socket must be ready for before the next attempt; either may need the other.
    direction read_wants_ = direction::wait_read;
    direction write_wants_ = direction::wait_write;
    bool read_blocked_ = false; ///< the last read found no whole record
    net::error_code read_over_; ///< why nothing more can be read
    bool has_early_ = false;    ///< OpenSSL still reads what came before we had the socket
    bool established_ = false;
    bool broken_ = false; ///< OpenSSL forbids SSL_shutdown after a fatal error
};

} // namespace wsgate
