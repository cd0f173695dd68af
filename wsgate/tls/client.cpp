// Verifies chain, name or address, and pins, unless told otherwise.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/client.hpp"

#include "net/alarm.hpp"
#include "net/text/server_name.hpp"
#include "wsgate/tls/error.hpp"
#include "wsgate/tls/own_certificate.hpp"

#include <boost/asio/error.hpp>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <new>
#include <stdexcept>
#include <utility>

namespace wsgate {

namespace {

void set_trust(SSL_CTX* context, const tls_client_options& o) {
    SSL_CTX_set_verify(context, o.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (!o.ca_file.empty()) {
        constexpr auto what = "CA certificates in";
        (void)trust_all(context, what, read_pem(what, o.ca_file), o.ca_file);
    } else if (SSL_CTX_set_default_verify_paths(context) != 1) {
        fail_tls("cannot use the system's CA certificates");
    }
}

void set_identity(SSL_CTX* context, const tls_client_options& o) {
    if (o.certificate.empty()) {
        return;
    }
    try {
        use(context, load_own_certificate({o.certificate, o.key}, ""), o.certificate);
    } catch (const std::runtime_error& e) {
        throw std::runtime_error(fmt::format("client certificate: {}", e.what()));
    }
}

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data()); // NOLINT: OpenSSL's bytes
}

} // namespace

std::optional<key_pin> parse_pin(std::string_view text) {
    constexpr std::size_t size = 44; // of 32 bytes in base64, with one '=' at the end
    // From the end, since a pin may begin with a slash of its own.
    const auto prefix = text.substr(0, text.size() - std::min(text.size(), size));
    if (!prefix.empty() && prefix != "sha256/" && prefix != "sha256//") {
        return std::nullopt;
    }
    text.remove_prefix(prefix.size());
    std::array<unsigned char, size / 4 * 3> decoded{};
    if (text.size() != size || text.find('=') != size - 1 ||
        EVP_DecodeBlock(decoded.data(), octets(text), static_cast<int>(size)) !=
            static_cast<int>(decoded.size())) {
        return std::nullopt;
    }
    key_pin pin{};
    std::copy_n(decoded.begin(), pin.size(), pin.begin());
    return pin;
}

tls_client::tls_client(const tls_client_options& o) : context_(SSL_CTX_new(TLS_client_method())) {
    if (!context_) {
        fail_tls("TLS cannot be set up");
    }
    set_policy(context_.get(), o.minimum);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    set_trust(context_.get(), o);
    set_identity(context_.get(), o);
    static constexpr std::string_view http = "\x08http/1.1";
    if (o.http && SSL_CTX_set_alpn_protos(context_.get(), octets(http), http.size()) != 0) {
        fail_tls("TLS cannot be set up");
    }
    for (const auto& text : o.pins) {
        const auto pin = parse_pin(text);
        if (!pin) {
            throw std::runtime_error(
                fmt::format("\"{}\" is no pin: 32 bytes in base64 are wanted, such as "
                            "sha256//AbC...=",
                            text));
        }
        pins_.push_back(*pin);
    }
}

tls_session tls_client::session_for(const std::string& host) const {
    tls_session session(SSL_new(context_.get()));
    if (!session) {
        throw std::bad_alloc();
    }
    SSL_set_connect_state(session.get());
    auto name = net::server_name_of(host);
    if (name.is_address) {
        if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), name.text.c_str()) != 1) {
            throw std::bad_alloc();
        }
        return session;
    }
    SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(session.get(), name.text.c_str()) != 1 ||
        SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 name.text.data()) != 1) {
        throw std::bad_alloc();
    }
    return session;
}

/// Compares with the key of the server's own certificate, not with those of its issuers.
bool tls_client::is_pinned(SSL* session) const {
    const X509* const leaf = SSL_get0_peer_certificate(session);
    if (leaf == nullptr) {
        return false;
    }
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
    key_pin digest{};
    const bool good = size > 0 && EVP_Digest(der, static_cast<std::size_t>(size), digest.data(),
                                             nullptr, EVP_sha256(), nullptr) == 1;
    OPENSSL_free(der);
    return good && std::find(pins_.begin(), pins_.end(), digest) != pins_.end();
}

asio::awaitable<secured> tls_client::secure(std::unique_ptr<net::tcp_stream> socket,
                                            std::string host, net::clock::time_point deadline,
                                            std::vector<std::byte> early) const {
    const auto executor = co_await asio::this_coro::executor;
    auto stream =
        std::make_unique<tls_stream>(executor, std::move(socket), session_for(host), early);
    const net::alarm too_late(executor, deadline, [&tls = *stream] { tls.close(); });
    const auto ec = co_await stream->handshake();
    if (too_late.rang()) {
        co_return secured{nullptr, "no answer in time"};
    }
    if (ec) {
        co_return secured{nullptr, stream->problem()};
    }
    if (!pins_.empty() && !is_pinned(stream->session())) {
        co_return secured{nullptr, "the server's key is none of the pinned ones"};
    }
    co_return secured{std::move(stream), {}};
}

} // namespace wsgate
