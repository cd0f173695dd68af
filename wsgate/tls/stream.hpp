// A TLS connection as a stream, for servers and for clients: OpenSSL on the socket, without buffers
// between.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/stream.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/tls/record_sink.hpp"

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

struct ssl_free {
    void operator()(SSL*) const;
};

/// One connection's state, not yet tied to a socket.
using tls_session = std::unique_ptr<SSL, ssl_free>;

class tls_stream final : public net::stream, net::stream_watcher {
public:
    /// `early`: what was read from the connection before. The session is already in the state of a
    /// server or of a client. Throws std::bad_alloc.
    tls_stream(const asio::any_io_executor&, std::unique_ptr<net::tcp_stream>, tls_session,
               std::span<const std::byte> early = {});
    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;
    ~tls_stream() override;

    /// To be called before anything else. A client that speaks plain HTTP gets a 400 in plain HTTP,
    /// and the handshake fails.
    [[nodiscard]] asio::awaitable<net::error_code> handshake();

    /// Why the handshake failed, for a log: "certificate has expired".
    [[nodiscard]] const std::string& problem() const { return problem_; }

    /// Reports a peer that leaves without close_notify as an end of stream like any other.
    [[nodiscard]] net::io_result read_some(std::span<std::byte>) override;

    /// After would_block the next attempt must begin with the same bytes, since OpenSSL may have
    /// made a record of them already.
    [[nodiscard]] net::io_result write_some(std::span<const std::byte>) override;
    [[nodiscard]] asio::awaitable<std::tuple<net::error_code>> wait(net::readiness) override;
    void watch(net::stream_watcher*) override;
    [[nodiscard]] bool takes_bytes() override;
    [[nodiscard]] std::size_t untaken() override;
    [[nodiscard]] bool is_broken() override;
    void shutdown_send() override;
    void close() override;

    /// The version of TLS, such as "TLSv1.3".
    [[nodiscard]] std::string_view version() const;

    /// For what only OpenSSL knows of this connection, such as the peer's certificate.
    [[nodiscard]] SSL* session() const { return ssl_.get(); }

private:
    void stream_ready() override;

    [[nodiscard]] bool is_open() const { return socket_->native_handle() >= 0; }

    [[nodiscard]] net::error_code why(int result, net::readiness& wanted);
    [[nodiscard]] net::readiness wanted_to_read() const;
    [[nodiscard]] bool has_more_to_read() const;
    [[nodiscard]] asio::awaitable<std::tuple<net::error_code>> wait_for(net::readiness wanted,
                                                                        net::waiter&);
    [[nodiscard]] std::string describe(const net::error_code&) const;
    void read_first(std::span<const std::byte> early);
    void read_from_socket();
    [[nodiscard]] bool leave_early_bytes();
    void answer_plain_http();
    void say_end();

    std::unique_ptr<net::tcp_stream> socket_; ///< never null
    record_sink sink_;
    tls_session ssl_;
    std::string problem_;
    // A read may have to wait until OpenSSL can write, and a write until it can read, so that both
    // may wait for the same: the socket tells us of any change, and we tell both.
    net::waiter reader_;
    net::waiter writer_;
    net::stream_watcher* watcher_ = nullptr;
    // What the socket must be ready for before the next attempt.
    net::readiness read_wants_ = net::readiness::read;
    net::readiness write_wants_ = net::readiness::write;
    bool read_blocked_ = false; ///< the last read found no whole record
    net::error_code read_over_; ///< why nothing more can be read
    bool has_early_ = false;    ///< OpenSSL still reads what came before we had the socket
    bool established_ = false;
    bool broken_ = false; ///< a fatal error, after which OpenSSL forbids SSL_shutdown
};

} // namespace wsgate
