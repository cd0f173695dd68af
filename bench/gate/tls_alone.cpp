// What a TLS handshake costs a server in OpenSSL alone: no sockets, no gateway.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"
#include "bench/gate/ws_client.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

template <auto Free>
struct free_by {
    template <class T>
    void operator()(T* what) const {
        Free(what);
    }
};

using tls_context = std::unique_ptr<SSL_CTX, free_by<SSL_CTX_free>>;
using tls_end = std::unique_ptr<SSL, free_by<SSL_free>>;

template <class T>
T or_throw(T result) {
    if (!result) {
        throw std::runtime_error("OpenSSL failed");
    }
    return result;
}

// Gives the context a new key on P-256 and a certificate for it, signed by itself: the kind that
// scripts/bench gives to the gateways.
void certify(SSL_CTX* context) {
    const std::unique_ptr<EVP_PKEY, free_by<EVP_PKEY_free>> key(or_throw(EVP_EC_gen("P-256")));
    const std::unique_ptr<X509, free_by<X509_free>> certificate(or_throw(X509_new()));
    auto* const x = certificate.get();
    constexpr long one_day = 24L * 60 * 60;
    (void)or_throw(X509_gmtime_adj(X509_getm_notBefore(x), 0));
    (void)or_throw(X509_gmtime_adj(X509_getm_notAfter(x), one_day));
    // NOLINTNEXTLINE(*-reinterpret-cast): OpenSSL's strings are unsigned
    const auto* const name = reinterpret_cast<const unsigned char*>("localhost");
    (void)or_throw(
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, name, -1, -1, 0));
    (void)or_throw(X509_set_version(x, X509_VERSION_3));
    (void)or_throw(X509_set_issuer_name(x, X509_get_subject_name(x)));
    (void)or_throw(X509_set_pubkey(x, key.get()));
    (void)or_throw(X509_sign(x, key.get(), EVP_sha256()));
    (void)or_throw(SSL_CTX_use_certificate(context, x));
    (void)or_throw(SSL_CTX_use_PrivateKey(context, key.get()));
}

// As wsgate sets it up, in what counts here: no sessions in memory, but two tickets for each
// handshake, sealed by AES-256 and HMAC-SHA256, as OpenSSL does by itself.
tls_context server_context() {
    tls_context made(or_throw(SSL_CTX_new(TLS_server_method())));
    auto* const context = made.get();
    (void)or_throw(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION));
    (void)or_throw(SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521:X448"));
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    certify(context);
    return made;
}

// CPU time of this thread.
std::chrono::nanoseconds cpu_now() {
    timespec time{};
    (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// One end that reads what the other end writes.
tls_end new_end(SSL_CTX* context, BIO* wire) {
    tls_end end(or_throw(SSL_new(context)));
    (void)BIO_up_ref(wire);
    SSL_set_bio(end.get(), wire, wire);
    return end;
}

// True once it is done. Errors: std::runtime_error.
bool shake_hands(SSL* end) {
    const int result = SSL_do_handshake(end);
    if (result != 1 && SSL_get_error(end, result) != SSL_ERROR_WANT_READ) {
        throw std::runtime_error("a TLS handshake failed");
    }
    return result == 1;
}

// A whole handshake; returns the CPU time of the server's part, from nothing to nothing.
std::chrono::nanoseconds server_cpu_of_handshake(SSL_CTX* context) {
    BIO* wires[2]{}; // NOLINT(*-avoid-c-arrays): one end each
    (void)or_throw(BIO_new_bio_pair(&wires[0], 0, &wires[1], 0));
    const std::unique_ptr<BIO, free_by<BIO_free>> near(wires[0]);
    const std::unique_ptr<BIO, free_by<BIO_free>> far(wires[1]);
    const auto client = new_end(client_context(), near.get());
    SSL_set_connect_state(client.get());

    std::chrono::nanoseconds used{};
    auto began = cpu_now();
    auto server = new_end(context, far.get());
    SSL_set_accept_state(server.get());
    for (bool done = false; !done;) {
        used += cpu_now() - began;
        (void)shake_hands(client.get());
        began = cpu_now();
        done = shake_hands(server.get());
    }
    server.reset();
    return used + (cpu_now() - began);
}

void measure_tls_alone(const slice& s) {
    const auto context = server_context();
    std::chrono::duration<double, std::micro> used{};
    std::size_t count = 0;
    const auto until = clock::now() + s.how.slice;
    for (; clock::now() < until; ++count) {
        used += server_cpu_of_handshake(context.get());
    }
    s.record({"tls_alone", "TLS handshake, OpenSSL alone", "CPU-us/handshake"},
             used.count() / static_cast<double>(count));
}

} // namespace

std::vector<test> gate_tls_tests() {
    return {{.key = "tls_alone",
             .title = "TLS handshake, OpenSSL alone",
             .measure = measure_tls_alone,
             .pinned = true,
             .first_only = true}};
}

} // namespace bench
