// Implements a BIO that sends with MSG_MORE, which OpenSSL's own socket BIO cannot do.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/record_sink.hpp"

#include <openssl/bio.h>

#include <cerrno>
#include <memory>
#include <new>
#include <sys/socket.h>

namespace wsgate {

namespace {

int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    const auto& sink = *static_cast<const record_sink*>(BIO_get_data(bio));
    const int more = sink.more_follow ? MSG_MORE : 0;
    const auto sent = ::send(sink.socket, bytes, size, MSG_NOSIGNAL | more);
    if (sent >= 0) {
        *written = static_cast<std::size_t>(sent);
        return 1;
    }
    if (errno == EAGAIN || errno == EINTR) {
        // Makes SSL_write return SSL_ERROR_WANT_WRITE; without it the error is fatal.
        BIO_set_retry_write(bio);
    }
    return 0;
}

long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0; // nothing is buffered here, so flushing is done
}

using method = std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>;

method make_method() {
    method m(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records"), BIO_meth_free);
    if (!m || BIO_meth_set_write_ex(m.get(), write) != 1 ||
        BIO_meth_set_ctrl(m.get(), control) != 1) {
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
