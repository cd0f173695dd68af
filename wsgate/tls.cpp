// TLS 1.2 with ECDHE and AEAD only, or TLS 1.3; http/1.1 where ALPN is used.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls.hpp"

#include "wsgate/tls_error.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <stdexcept>
#include <string_view>

namespace wsgate {

namespace {

/// Browsers offer h2 first; we speak http/1.1. Other offers go on without ALPN.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int size, void* /*arg*/) {
    static constexpr std::string_view ours = "\x08http/1.1";
    const std::string_view all{reinterpret_cast<const char*>(offered), size}; // NOLINT: bytes
    for (std::size_t at = 0; at < all.size();) {
        const auto length = static_cast<unsigned char>(all[at]) + std::size_t{1};
        if (all.substr(at, length) == ours) {
            *out = offered + at + 1;
            *out_size = static_cast<unsigned char>(length - 1);
            return SSL_TLSEXT_ERR_OK;
        }
        at += length;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/// Never asks on the terminal of a daemon.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*arg*/) {
    return 0;
}

void set_policy(SSL_CTX* context, tls_minimum minimum) {
    SSL_CTX_set_min_proto_version(context,
                                  minimum == tls_minimum::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // Idle connections own no record buffer; a write may take a part; its rest may have moved.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1); // one read(2) a record instead of two
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
        SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") != 1) {
        fail_tls("TLS cannot be set up");
    }
}

} // namespace

void ssl_ctx_free::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

tls_context load_tls(const std::string& certificate, const std::string& key, tls_minimum minimum) {
    tls_context context(SSL_CTX_new(TLS_server_method()));
    if (!context) {
        fail_tls("TLS cannot be set up");
    }
    set_policy(context.get(), minimum);
    SSL_CTX_set_default_passwd_cb(context.get(), no_password);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
        fail_tls(fmt::format("cannot use the certificate {} (PEM, leaf first)", certificate));
    }
    const auto& key_file = key.empty() ? certificate : key;
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail_tls(
            fmt::format("cannot use the key {} (PEM, without a password, of the certificate {})",
                        key_file, certificate));
    }
    if (SSL_CTX_check_private_key(context.get()) != 1) {
        fail_tls(
            fmt::format("key {} and certificate {} do not belong together", key_file, certificate));
    }
    const X509* const leaf = SSL_CTX_get0_certificate(context.get());
    if (X509_cmp_current_time(X509_get0_notAfter(leaf)) <= 0) {
        throw std::runtime_error(fmt::format("the certificate {} has expired", certificate));
    }
    return context;
}

} // namespace wsgate
