// Sets which TLS we speak as server and as client: versions, ciphers, groups, ALPN.
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

/// Takes OpenSSL's names for TLS 1.2 (a cipher list) and TLS 1.3 (TLS_...); empty: our choice. Of
/// those for TLS 1.2 only what has ECDHE and AEAD is kept. Throws std::runtime_error where nothing
/// is left.
void set_ciphers(SSL_CTX*, const std::string& list);

/// Makes a server choose http/1.1 where the client offers it by ALPN, and otherwise go on without
/// ALPN.
void choose_http11(SSL_CTX*);

} // namespace wsgate
