// The server's side of TLS: certificate, key, and what we accept.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace wsgate {

enum class tls_minimum { v1_2, v1_3 };

struct ssl_ctx_free {
    void operator()(SSL_CTX*) const;
};

using tls_context = std::unique_ptr<SSL_CTX, ssl_ctx_free>;

/// `key` may be empty: the certificate's file holds it as well. The file holds the chain, leaf
/// first. Throws std::runtime_error with a text for the operator: unreadable, not a pair, expired.
[[nodiscard]] tls_context load_tls(const std::string& certificate, const std::string& key,
                                   tls_minimum);

} // namespace wsgate
