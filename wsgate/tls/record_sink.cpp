// Implements a BIO whose attempts are those of a tcp_stream, but for MSG_MORE.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/record_sink.hpp"

#include "net/uninterrupted.hpp"

#include <boost/asio/error.hpp>
#include <openssl/bio.h>

#include <cerrno>
#include <memory>
#include <new>
#include <span>
#include <sys/socket.h>

namespace wsgate {

namespace {

record_sink& sink_of(BIO* bio) {
    return *static_cast<record_sink*>(BIO_get_data(bio));
}

net::io_result send(const record_sink& sink, const char* bytes, std::size_t size) {
    if (!sink.socket.may_write()) {
        return {0, boost::asio::error::would_block};
    }
    const int more = sink.more_follow ? MSG_MORE : 0;
    const auto result = net::outcome_of(net::uninterrupted(
        [&] { return ::send(sink.socket.native_handle(), bytes, size, MSG_NOSIGNAL | more); }));
    if (result.would_block() || (!result.error && result.bytes < size)) {
        sink.socket.blocked(net::readiness::write);
    }
    return result;
}

int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    const auto result = send(sink_of(bio), bytes, size);
    *written = result.bytes;
    if (!result.error) {
        return 1;
    }
    if (result.would_block()) {
        // Makes SSL_write return SSL_ERROR_WANT_WRITE; without it the error is fatal.
        BIO_set_retry_write(bio);
    }
    errno = result.error.value();
    return 0;
}

int read(BIO* bio, char* into, std::size_t size, std::size_t* got) {
    BIO_clear_retry_flags(bio);
    auto& sink = sink_of(bio);
    const auto result = sink.socket.read_some(std::as_writable_bytes(std::span(into, size)));
    *got = result.bytes;
    if (!result.error) {
        return 1;
    }
    sink.has_ended = result.error == boost::asio::error::eof;
    if (result.would_block()) {
        BIO_set_retry_read(bio);
    }
    errno = sink.has_ended ? 0 : result.error.value();
    return 0;
}

long control(BIO* bio, int command, long, void*) {
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1; // nothing is buffered here, so flushing is done
    case BIO_CTRL_EOF:
        return sink_of(bio).has_ended ? 1 : 0;
    default:
        return 0;
    }
}

using method = std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>;

method make_method() {
    method m(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records"), BIO_meth_free);
    if (!m || BIO_meth_set_write_ex(m.get(), write) != 1 ||
        BIO_meth_set_read_ex(m.get(), read) != 1 || BIO_meth_set_ctrl(m.get(), control) != 1) {
        throw std::bad_alloc();
    }
    return m;
}

} // namespace

BIO* make_bio(record_sink& sink) {
    static const method records = make_method();
    BIO* const bio = BIO_new(records.get());
    if (bio == nullptr) {
        throw std::bad_alloc();
    }
    BIO_set_data(bio, &sink);
    BIO_set_init(bio, 1);
    return bio;
}

} // namespace wsgate
