// Which TLS we speak: versions, ciphers, groups, ALPN; for servers and for clients.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/tls/options.hpp"

#include <openssl/types.h>

#include <memory>
#include <string>

namespace wsgate {

struct ssl_ctx_free {
    void operator()(SSL_CTX*) const;
};

using tls_context = std::unique_ptr<SSL_CTX, ssl_ctx_free>;

/// Sets versions, groups, and how memory is used. Throws std::runtime_error.
void set_policy(SSL_CTX*, tls_minimum);

/// Takes OpenSSL's names for TLS 1.2 (a cipher list) and TLS 1.3 (TLS_...); empty: our choice.
/// Of the former stays what has ECDHE and AEAD. Throws std::runtime_error where nothing stays.
void set_ciphers(SSL_CTX*, const std::string& list);

/// A server chooses http/1.1 among a client's offers, or nothing.
void choose_http11(SSL_CTX*);

} // namespace wsgate
