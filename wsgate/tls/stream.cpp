// Tries SSL_read and SSL_write on a non-blocking socket, and waits for what they ask for.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace wsgate {

void ssl_free::operator()(SSL* ssl) const {
    SSL_free(ssl);
}

tls_stream::tls_stream(const asio::any_io_executor& executor,
                       std::unique_ptr<net::tcp_stream> socket, tls_session session,
                       std::span<const std::byte> early)
    : socket_(std::move(socket)), sink_{*socket_}, ssl_(std::move(session)), reader_(executor),
      writer_(executor) {
    SSL_set0_wbio(ssl_.get(), make_bio(sink_));
    if (early.empty()) {
        read_from_socket();
    } else {
        read_first(early);
    }
}

tls_stream::~tls_stream() {
    close();
}

void tls_stream::read_from_socket() {
    BIO* const socket = SSL_get_wbio(ssl_.get());
    BIO_up_ref(socket);
    SSL_set0_rbio(ssl_.get(), socket);
}

void tls_stream::read_first(std::span<const std::byte> early) {
    BIO* const bytes = BIO_new(BIO_s_mem());
    if (bytes == nullptr || BIO_write(bytes, early.data(), static_cast<int>(early.size())) < 0) {
        BIO_free(bytes);
        throw std::bad_alloc();
    }
    // At its end this BIO says "not yet" (-1), and not "end of stream": the socket has more.
    BIO_set_mem_eof_return(bytes, -1);
    SSL_set0_rbio(ssl_.get(), bytes);
    has_early_ = true;
}

/// Lets OpenSSL read from the socket once the early bytes are used up. That always happens before
/// the end of the handshake: the peer sends its last flight only after one of ours, so that cannot
/// be among the early bytes.
bool tls_stream::leave_early_bytes() {
    const bool had_early = std::exchange(has_early_, false);
    if (had_early) {
        read_from_socket();
    }
    return had_early;
}

/// The error of an SSL_ function that did not succeed. To be called right after it. The error queue
/// must have been cleared before it: SSL_get_error() takes any queued error, of whatever
/// connection, for its own.
net::error_code tls_stream::why(int result, net::readiness& wanted) {
    const int error = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        wanted = net::readiness::read;
        return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
        wanted = net::readiness::write;
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
        const auto ec = why(result, read_wants_);
        if (ec != asio::error::would_block) {
            problem_ = describe(ec);
            if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
                answer_plain_http();
            }
            co_return ec;
        }
        if (read_wants_ == net::readiness::read && leave_early_bytes()) {
            continue;
        }
        if (const auto [closed] = co_await wait_for(read_wants_, reader_); closed) {
            problem_ = closed.message();
            co_return closed;
        }
    }
}

/// Tells a client that speaks HTTP instead of TLS what is wrong, as far as the socket takes it.
void tls_stream::answer_plain_http() {
    static constexpr std::string_view text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                                             "Content-Type: text/plain\r\nContent-Length: 28\r\n"
                                             "\r\nThis port speaks HTTPS only\n";
    (void)::send(socket_->native_handle(), text.data(), text.size(), MSG_NOSIGNAL);
}

net::io_result tls_stream::read_some(std::span<std::byte> into) {
    net::io_result result;
    if (!is_open()) { // closed: another connection may have its descriptor
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
    if (!is_open()) {
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

/// Bytes or an end that OpenSSL has, so that the socket does not become readable for them.
bool tls_stream::has_more_to_read() const {
    return read_over_ || (established_ && !read_blocked_ && SSL_has_pending(ssl_.get()) == 1);
}

net::readiness tls_stream::wanted_to_read() const {
    return established_ && !read_blocked_ ? net::readiness::read : read_wants_;
}

asio::awaitable<std::tuple<net::error_code>> tls_stream::wait(net::readiness what) {
    if (what == net::readiness::write) {
        return wait_for(write_wants_, writer_);
    }
    return wait_for(wanted_to_read(), reader_);
}

asio::awaitable<std::tuple<net::error_code>> tls_stream::wait_for(net::readiness wanted,
                                                                  net::waiter& who) {
    if (!is_open()) {
        co_return std::tuple{net::error_code{asio::error::bad_descriptor}};
    }
    if ((&who == &reader_ && has_more_to_read()) || socket_->may(wanted)) {
        co_return std::tuple{net::error_code{}};
    }
    try {
        socket_->watch(this);
    } catch (const std::system_error& e) {
        co_return std::tuple{net::error_code{e.code().value(), boost::system::system_category()}};
    }
    co_return co_await who.wait();
}

void tls_stream::watch(net::stream_watcher* w) {
    watcher_ = w;
    if (w != nullptr) {
        socket_->watch(this);
    }
}

// Whoever is told last may destroy this object.
void tls_stream::stream_ready() {
    if (watcher_ != nullptr) {
        watcher_->stream_ready();
        return;
    }
    const bool may_read = socket_->may(wanted_to_read());
    if (writer_.is_waiting() && socket_->may(write_wants_)) {
        may_read ? reader_.wake() : void();
        writer_.resume();
    } else if (may_read) {
        reader_.resume();
    }
}

bool tls_stream::takes_bytes() {
    return socket_->takes_bytes();
}

std::size_t tls_stream::untaken() {
    return socket_->untaken();
}

bool tls_stream::is_broken() {
    return socket_->is_broken();
}

/// Sends close_notify, once. What the socket does not take is lost, so callers wait until it is
/// writable first.
void tls_stream::say_end() {
    const bool was_said = (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
    if (established_ && !broken_ && !was_said && is_open()) {
        ERR_clear_error();
        (void)SSL_shutdown(ssl_.get());
    }
}

void tls_stream::shutdown_send() {
    say_end();
    socket_->shutdown_send();
}

void tls_stream::close() {
    say_end();
    watcher_ = nullptr;
    socket_->close();
    reader_.wake(asio::error::operation_aborted);
    writer_.wake(asio::error::operation_aborted);
}

std::string_view tls_stream::version() const {
    return SSL_get_version(ssl_.get());
}

} // namespace wsgate
