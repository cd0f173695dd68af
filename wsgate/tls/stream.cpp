// Tries SSL_read and SSL_write on a non-blocking socket, and waits for what they ask for.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <utility>

namespace wsgate {

void ssl_free::operator()(SSL* ssl) const {
    SSL_free(ssl);
}

tls_stream::tls_stream(const asio::any_io_executor& executor, net::connection& c,
                       tls_session session)
    : socket_(executor, c.peer.protocol(), c.socket.get()), ssl_(std::move(session)) {
    sink_.socket = c.socket.release();
    socket_.native_non_blocking(true);
    if (!read_from_socket()) {
        throw std::bad_alloc();
    }
    SSL_set0_wbio(ssl_.get(), make_bio(sink_));
    if (c.early.empty()) {
        return;
    }
    BIO* const early = BIO_new(BIO_s_mem());
    if (early == nullptr ||
        BIO_write(early, c.early.data(), static_cast<int>(c.early.size())) < 0) {
        BIO_free(early);
        throw std::bad_alloc();
    }
    // At its end this BIO says "not yet" (-1), and not "end of stream": the socket has more.
    BIO_set_mem_eof_return(early, -1);
    SSL_set0_rbio(ssl_.get(), early);
    has_early_ = heard_early_ = true;
    c.early.clear();
}

tls_stream::~tls_stream() {
    close();
}

bool tls_stream::read_from_socket() {
    BIO* const socket = BIO_new_socket(sink_.socket, BIO_NOCLOSE);
    if (socket == nullptr) {
        return false;
    }
    SSL_set0_rbio(ssl_.get(), socket);
    return true;
}

/// Lets OpenSSL read from the socket once the early bytes are used up. That always happens before
/// the end of the handshake: the peer sends its last flight only after one of ours, so that cannot
/// be among the early bytes.
bool tls_stream::leave_early_bytes() {
    return std::exchange(has_early_, false) && read_from_socket();
}

/// The error of an SSL_ function that did not succeed. To be called right after it. The error queue
/// must have been cleared before it: SSL_get_error() takes any queued error, of whatever
/// connection, for its own.
net::error_code tls_stream::why(int result, direction& wanted) {
    const int error = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        wanted = direction::wait_read;
        return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
        wanted = direction::wait_write;
        return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
        return asio::error::eof;
    case SSL_ERROR_SYSCALL:
        broken_ = true;
        return {error == 0 ? ECONNRESET : error, boost::system::system_category()};
    default:
        broken_ = true;
        return make_error_code(boost::system::errc::protocol_error);
    }
}

/// The error in OpenSSL's words, where it has some. To be called before the error queue is cleared.
std::string tls_stream::describe(const net::error_code& ec) const {
    const auto verdict = SSL_get_verify_result(ssl_.get());
    if (verdict != X509_V_OK && SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE) {
        return X509_verify_cert_error_string(verdict);
    }
    const auto queued = ERR_peek_error();
    const char* const reason = queued == 0 ? nullptr : ERR_reason_error_string(queued);
    return reason == nullptr ? ec.message() : reason;
}

asio::awaitable<net::error_code> tls_stream::handshake() {
    for (;;) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_.get());
        if (result == 1) {
            established_ = true;
            co_return net::error_code{};
        }
        auto wanted = direction::wait_read;
        const auto ec = why(result, wanted);
        if (ec != asio::error::would_block) {
            problem_ = describe(ec);
            if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
                answer_plain_http();
            }
            co_return ec;
        }
        if (wanted == direction::wait_read && leave_early_bytes()) {
            continue;
        }
        if (const auto [closed] = co_await socket_.async_wait(wanted, net::nothrow); closed) {
            problem_ = closed.message();
            co_return closed;
        }
    }
}

bool tls_stream::has_heard() const {
    return heard_early_ || BIO_number_read(SSL_get_rbio(ssl_.get())) > 0;
}

/// Tells a client that speaks HTTP instead of TLS what is wrong, as far as the socket takes it.
void tls_stream::answer_plain_http() {
    static constexpr std::string_view text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                                             "Content-Type: text/plain\r\nContent-Length: 28\r\n"
                                             "\r\nThis port speaks HTTPS only\n";
    (void)::send(socket_.native_handle(), text.data(), text.size(), MSG_NOSIGNAL);
}

net::io_result tls_stream::read_some(std::span<std::byte> into) {
    net::io_result result;
    if (!socket_.is_open()) { // closed: another connection may have its descriptor
        result.error = asio::error::bad_descriptor;
        return result;
    }
    if (read_over_) {
        result.error = read_over_;
        return result;
    }
    read_blocked_ = false;
    // One SSL_read returns at most one record. OpenSSL may have read further records from the
    // socket, which would not become readable for those, so they are taken as well.
    do {
        ERR_clear_error();
        std::size_t got = 0;
        const auto rest = into.subspan(result.bytes);
        if (SSL_read_ex(ssl_.get(), rest.data(), rest.size(), &got) != 1) {
            const auto ec = why(0, read_wants_);
            read_blocked_ = ec == asio::error::would_block;
            if (!read_blocked_) {
                // Where bytes came before it, the next call reports it: nothing else will wake the
                // reader.
                read_over_ = ec;
            }
            if (result.bytes == 0) {
                result.error = ec;
            }
            break;
        }
        result.bytes += got;
    } while (result.bytes < into.size() && SSL_has_pending(ssl_.get()) == 1);
    return result;
}

net::io_result tls_stream::write_some(std::span<const std::byte> from) {
    net::io_result result;
    if (!socket_.is_open()) {
        result.error = asio::error::bad_descriptor;
    }
    while (result.bytes < from.size() && !result.error) {
        ERR_clear_error();
        std::size_t put = 0;
        const auto rest = from.subspan(result.bytes);
        // True where the rest does not fit into one record. The last record must not be held back.
        sink_.more_follow = rest.size() > SSL3_RT_MAX_PLAIN_LENGTH;
        if (SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &put) != 1) {
            const auto ec = why(0, write_wants_);
            if (result.bytes > 0) {
                break;
            }
            result.error = ec;
        }
        result.bytes += put;
    }
    sink_.more_follow = false;
    return result;
}

asio::awaitable<std::tuple<net::error_code>> tls_stream::wait(net::readiness what) {
    if (what == net::readiness::write) {
        co_return co_await socket_.async_wait(write_wants_, net::nothrow);
    }
    if (socket_.is_open() && (read_over_ || (!read_blocked_ && SSL_has_pending(ssl_.get()) == 1))) {
        co_return std::tuple{net::error_code{}};
    }
    co_return co_await socket_.async_wait(read_blocked_ ? read_wants_ : direction::wait_read,
                                          net::nothrow);
}

std::size_t tls_stream::untaken() {
    return socket_.is_open() ? net::untaken_of(socket_.native_handle()) : 0;
}

bool tls_stream::is_broken() {
    return socket_.is_open() && net::has_failed(socket_.native_handle());
}

/// Sends close_notify, once. What the socket does not take is lost, so callers wait until it is
/// writable first.
void tls_stream::say_end() {
    const bool was_said = (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
    if (established_ && !broken_ && !was_said && socket_.is_open()) {
        ERR_clear_error();
        (void)SSL_shutdown(ssl_.get());
    }
}

void tls_stream::shutdown_send() {
    say_end();
    net::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void tls_stream::close() {
    say_end();
    net::error_code ignored;
    socket_.close(ignored);
}

std::string_view tls_stream::version() const {
    return SSL_get_version(ssl_.get());
}

} // namespace wsgate
