// The first record of a TLS client, for tests that stop there.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/bytes.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>

namespace support {

/// What a TLS client sends first.
[[nodiscard]] inline bytes client_hello() {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> client(SSL_new(context.get()), SSL_free);
    BIO* const sent = BIO_new(BIO_s_mem());
    SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), sent);
    (void)SSL_connect(client.get());
    bytes hello(BIO_ctrl_pending(sent));
    std::size_t size = 0;
    if (BIO_read_ex(sent, hello.data(), hello.size(), &size) != 1 || size != hello.size()) {
        throw std::runtime_error("no ClientHello");
    }
    return hello;
}

} // namespace support
