// Allows TLS 1.2 with ECDHE and AEAD only, and TLS 1.3.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/policy.hpp"

#include "wsgate/tls/error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace wsgate {

namespace {

/// The ALPN callback: chooses http/1.1, although browsers offer h2 first. Where it is not offered
/// the handshake goes on without ALPN.
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

void append(std::string& list, std::string_view name) {
    if (!list.empty()) {
        list += ':';
    }
    list += name;
}

/// Splits the list into names for TLS 1.2 and for TLS 1.3, which OpenSSL takes by different
/// functions.
std::pair<std::string, std::string> split_versions(std::string_view list) {
    std::pair<std::string, std::string> old_and_new;
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(":, "), list.size());
        if (const auto name = list.substr(0, end); !name.empty()) {
            append(name.starts_with("TLS_") ? old_and_new.second : old_and_new.first, name);
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return old_and_new;
}

bool is_good(const SSL_CIPHER* c) {
    return SSL_CIPHER_is_aead(c) == 1 && SSL_CIPHER_get_kx_nid(c) == NID_kx_ecdhe &&
           SSL_CIPHER_get_auth_nid(c) != NID_auth_null;
}

void set_old_ciphers(SSL_CTX* context, const std::string& list) {
    std::string good;
    if (SSL_CTX_set_cipher_list(context, list.c_str()) == 1) {
        const auto* const all = SSL_CTX_get_ciphers(context);
        for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
            if (const auto* const c = sk_SSL_CIPHER_value(all, i); is_good(c)) {
                append(good, SSL_CIPHER_get_name(c));
            }
        }
    }
    ERR_clear_error();
    if (good.empty() || SSL_CTX_set_cipher_list(context, good.c_str()) != 1) {
        throw std::runtime_error(fmt::format(
            "no usable cipher in --ssl-ciphers {}: TLS 1.2 needs ECDHE with AES-GCM or ChaCha20, "
            "such as ECDHE+AESGCM",
            list));
    }
}

} // namespace

void ssl_ctx_free::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

void set_policy(SSL_CTX* context, tls_minimum minimum) {
    SSL_CTX_set_min_proto_version(context,
                                  minimum == tls_minimum::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Idle connections hold no record buffers, since most connections are idle. A write may take a
    // part of the bytes, and the caller may repeat the rest from another buffer, as net::stream
    // promises.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1); // one read(2) a record instead of two
    // In TLS 1.2 the groups are also those of the certificates that either side may show.
    if (SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521:X448") != 1) {
        fail_tls("TLS cannot be set up");
    }
}

void set_ciphers(SSL_CTX* context, const std::string& list) {
    const auto [old_list, new_list] = split_versions(list);
    set_old_ciphers(context, old_list.empty() ? our_ciphers : old_list);
    if (!new_list.empty() && SSL_CTX_set_ciphersuites(context, new_list.c_str()) != 1) {
        fail_tls("unknown TLS 1.3 cipher in --ssl-ciphers " + new_list);
    }
}

void choose_http11(SSL_CTX* context) {
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

} // namespace wsgate
