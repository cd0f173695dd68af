// A blocking TLS client for tests, beneath a ws_peer.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/certificate.hpp"
#include "tests/support/tcp_client.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/tls/client_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace support {

struct tls_peer_options {
    int oldest = TLS1_2_VERSION;
    int newest = TLS1_3_VERSION;
    std::string alpn{}; ///< in the wire's form
    const char* ciphers = nullptr;
    const certificate* identity = nullptr; ///< ours
    std::string name{};                    ///< by SNI
};

/// A blocking TLS client on a tcp_client.
class tls_client {
public:
    /// Throws where the handshake fails.
    explicit tls_client(tcp_client tcp, const tls_peer_options& o = {})
        : tcp_(std::move(tcp)), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        SSL_CTX_set_security_level(context_.get(), 0); // so that old versions are even tried
        SSL_CTX_set_min_proto_version(context_.get(), o.oldest);
        SSL_CTX_set_max_proto_version(context_.get(), o.newest);
        if (o.ciphers != nullptr && SSL_CTX_set_cipher_list(context_.get(), o.ciphers) != 1) {
            throw std::runtime_error("no such cipher");
        }
        ssl_ = {SSL_new(context_.get()), SSL_free};
        if (o.identity != nullptr) {
            present(ssl_.get(), *o.identity);
        }
        if (!o.name.empty()) {
            auto name = o.name;
            SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     name.data());
        }
        if (!o.alpn.empty()) {
            SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(o.alpn.data()),
                                static_cast<unsigned>(o.alpn.size()));
        }
        SSL_set_fd(ssl_.get(), tcp_.native_handle());
        ERR_clear_error();
        if (SSL_connect(ssl_.get()) != 1) {
            throw std::runtime_error("TLS handshake refused");
        }
    }

    void send(std::span<const std::byte> b) {
        std::size_t put = 0;
        if (!b.empty() && SSL_write_ex(ssl_.get(), b.data(), b.size(), &put) != 1) {
            throw std::runtime_error("SSL_write");
        }
    }

    [[nodiscard]] bytes receive(std::size_t size) {
        bytes all(size);
        std::size_t have = 0;
        while (have < size) {
            std::size_t got = 0;
            if (SSL_read_ex(ssl_.get(), all.data() + have, size - have, &got) != 1) {
                throw std::runtime_error("connection ended");
            }
            have += got;
        }
        return all;
    }

    /// The peer has ended with close_notify.
    [[nodiscard]] bool is_closed_by_notify() {
        std::byte one{};
        std::size_t got = 0;
        const int result = SSL_read_ex(ssl_.get(), &one, 1, &got);
        return result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN;
    }

    /// Our close_notify; the peer's may come later.
    void say_end() { (void)SSL_shutdown(ssl_.get()); }

    void finish_sending() {
        say_end();
        tcp_.finish_sending();
    }

    [[nodiscard]] std::string version() const { return SSL_get_version(ssl_.get()); }

    [[nodiscard]] std::string alpn() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
        return {name, name + size};
    }

    tcp_client& tcp() { return tcp_; }

    /// The CN of the server's certificate.
    [[nodiscard]] std::string server() const {
        return wsgate::identity_in(SSL_get0_peer_certificate(ssl_.get())).name;
    }

private:
    tcp_client tcp_;
    std::shared_ptr<SSL_CTX> context_;
    std::shared_ptr<SSL> ssl_;
};

using tls_peer = ws_peer<tls_client>;

} // namespace support
