// Loads files into contexts, chooses one by the client's name, and seals tickets by the ring.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/server.hpp"

#include "wsgate/tls/client_certificate.hpp"
#include "wsgate/tls/error.hpp"
#include "wsgate/tls/require_file.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace wsgate {

namespace {

using std::chrono::system_clock;

constexpr auto soon = std::chrono::hours{14 * 24};
constexpr auto ticket_life = std::chrono::seconds{2 * 60 * 60};

const std::string& key_file(const certificate_files& f) {
    return f.key.empty() ? f.chain : f.key;
}

std::string key_password(const tls_options& o) {
    if (!o.key_password_file.empty()) {
        require_file("key password", o.key_password_file);
        std::ifstream file(o.key_password_file, std::ios::binary);
        std::string line;
        std::getline(file, line);
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        return line;
    }
    if (!o.key_password.empty()) {
        return o.key_password;
    }
    const char* const variable = std::getenv(key_password_variable); // NOLINT: no thread sets it
    return variable == nullptr ? "" : variable;
}

/// Answers OpenSSL's request for the password, so that it does not ask on the terminal. Notes
/// whether there was one, for a better complaint.
struct password_request {
    const std::string& password;
    bool was_asked = false;

    static int answer(char* buffer, int size, int /*writing*/, void* self) {
        auto& request = *static_cast<password_request*>(self);
        request.was_asked = true;
        const auto length = request.password.size();
        if (length == 0 || length > static_cast<std::size_t>(size)) {
            return -1;
        }
        std::ranges::copy(request.password, buffer); // without a NUL: the length is returned
        return static_cast<int>(length);
    }
};

/// Throws for a key that OpenSSL has just refused, with the reason that it has queued.
[[noreturn]] void refuse_key(const certificate_files& f) {
    const auto& file = key_file(f);
    const auto is = [](unsigned long error, int library, int reason) {
        return ERR_GET_LIB(error) == library && ERR_GET_REASON(error) == reason;
    };
    if (is(ERR_peek_last_error(), ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH)) {
        ERR_clear_error();
        throw std::runtime_error(
            fmt::format("key {} and certificate {} do not belong together", file, f.chain));
    }
    if (is(ERR_peek_error(), ERR_LIB_OSSL_DECODER, ERR_R_UNSUPPORTED)) {
        ERR_clear_error();
        throw std::runtime_error(
            fmt::format("cannot use the key {0}: there is no private key (PEM) in it; name the "
                        "file of the key of certificate {1} with --key",
                        file, f.chain));
    }
    fail_tls(fmt::format("cannot use the key {} of the certificate {} (PEM)", file, f.chain));
}

void load_key(SSL_CTX* context, const certificate_files& f, const std::string& password) {
    const auto& file = key_file(f);
    require_file("key", file);
    password_request request{password};
    SSL_CTX_set_default_passwd_cb(context, password_request::answer);
    SSL_CTX_set_default_passwd_cb_userdata(context, &request);
    const bool loaded = SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    SSL_CTX_set_default_passwd_cb(context, nullptr);
    if (!loaded && request.was_asked) {
        ERR_clear_error();
        throw std::runtime_error(
            password.empty()
                ? fmt::format("the key {} needs a password: --key-password-file FILE, or {} in "
                              "the environment",
                              file, key_password_variable)
                : fmt::format("the password given does not open the key {}", file));
    }
    if (!loaded) {
        refuse_key(f);
    }
}

void check_dates(const X509* leaf, const std::string& file) {
    if (not_after(leaf) <= system_clock::now()) {
        throw std::runtime_error(
            fmt::format("the certificate {} has expired on {:%F}: renew it", file,
                        fmt::gmtime(system_clock::to_time_t(not_after(leaf)))));
    }
}

bool everybody_can_read(const std::string& file) {
    struct ::stat found {};

    return ::stat(file.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0;
}

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

} // namespace

tls_server::tls_server(const tls_options& o, std::shared_ptr<ticket_ring> ring)
    : ring_(std::move(ring)) {
    auto password = key_password(o);
    try {
        for (const auto& each : o.certificates) {
            add(each, o, password);
        }
    } catch (...) {
        wipe(password);
        throw;
    }
    wipe(password);
    if (identities_.empty()) {
        throw std::runtime_error("TLS needs a certificate: --cert FILE --key FILE");
    }
}

void tls_server::add(const certificate_files& f, const tls_options& o,
                     const std::string& password) {
    identity made{tls_context(SSL_CTX_new(TLS_server_method()))};
    auto* const context = made.context.get();
    if (context == nullptr) {
        fail_tls("TLS cannot be set up");
    }
    ERR_clear_error();
    set_policy(context, o.minimum);
    set_ciphers(context, o.ciphers);
    choose_http11(context);
    set_tickets(context);
    ask_clients(context, o);
    require_file("certificate", f.chain);
    if (SSL_CTX_use_certificate_chain_file(context, f.chain.c_str()) != 1) {
        fail_tls(fmt::format("cannot use the certificate {} (PEM, leaf first)", f.chain));
    }
    load_key(context, f, password);
    made.leaf = SSL_CTX_get0_certificate(context);
    check_dates(made.leaf, f.chain);
    // These two calls are what OpenSSL's macros do, which cast in the old style.
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(on_server_name)); // NOLINT: its type there
    SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, this);
    facts_.push_back(facts_of(made.leaf, f.chain));
    if (everybody_can_read(key_file(f))) {
        open_keys_.push_back(key_file(f));
    }
    identities_.push_back(std::move(made));
}

/// Keeps no sessions in memory: a client brings its session back in a ticket. Early data (0-RTT) is
/// not accepted.
void tls_server::set_tickets(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, ticket_life.count());
    SSL_CTX_set_max_early_data(context, 0);
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
}

tls_session tls_server::new_session() const {
    tls_session ssl(SSL_new(identities_.front().context.get()));
    if (!ssl) {
        throw std::bad_alloc();
    }
    SSL_set_accept_state(ssl.get());
    return ssl;
}

/// Chooses the certificate by the client's SNI. A name that no certificate is for gets the default
/// one, as RFC 6066 3 allows.
int tls_server::on_server_name(SSL* ssl, int* /*alert*/, void* self) {
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    for (const auto& each : static_cast<const tls_server*>(self)->identities_) {
        if (is_for_host(each.leaf, name)) {
            SSL_set_SSL_CTX(ssl, each.context.get());
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/// Seals a ticket or opens one (RFC 5077 4). Returns as SSL_CTX_set_tlsext_ticket_key_evp_cb(3)
/// wants: -1 error, 0 no such key, 1 done, 2 done and the client should have a new ticket.
int tls_server::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                          EVP_MAC_CTX* mac, int sealing) {
    auto& ring = *static_cast<tls_server*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->ring_;
    const auto now = ticket_ring::clock::now();
    std::optional<ticket_ring::found> with;
    if (sealing == 1) {
        const auto key = ring.newest(now);
        if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) {
            return -1;
        }
        with = {*key, true};
        std::ranges::copy(key->name, name);
    } else {
        with = ring.find({name, ticket_key{}.name.size()}, now);
        if (!with) {
            return 0;
        }
    }
    char digest[] = "SHA256"; // NOLINT: OSSL_PARAM wants it writable
    const std::array<OSSL_PARAM, 3> parameters{
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, with->key.mac.data(),
                                          with->key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    if (EVP_MAC_CTX_set_params(mac, parameters.data()) != 1 ||
        EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, with->key.cipher.data(), iv,
                          sealing) != 1) {
        return -1;
    }
    return with->is_newest ? 1 : 2;
}

std::vector<std::string> tls_server::warnings(system_clock::time_point now) const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
        const auto& each = facts_[i];
        const auto left = std::chrono::duration_cast<std::chrono::hours>(each.not_after - now);
        if (left < soon) {
            all.push_back(left.count() < 0
                              ? fmt::format("the certificate {} has expired", each.file)
                              : fmt::format("the certificate {} ends in {} days", each.file,
                                            left.count() / 24));
        }
        if (not_before(identities_[i].leaf) > now) {
            all.push_back(fmt::format("the certificate {} is not valid yet", each.file));
        }
    }
    for (const auto& file : open_keys_) {
        all.push_back(
            fmt::format("everybody on this machine can read the key {} (chmod o-r)", file));
    }
    return all;
}

std::vector<std::string> files_of(const tls_options& o) {
    std::vector<std::string> all;
    for (const auto& each : o.certificates) {
        all.push_back(each.chain);
        all.push_back(key_file(each));
    }
    all.push_back(o.client_ca_file);
    all.push_back(o.key_password_file);
    std::erase(all, "");
    return all;
}

std::optional<client_identity> verified_client(const SSL* ssl) {
    const X509* const leaf = SSL_get0_peer_certificate(ssl);
    if (leaf == nullptr || SSL_get_verify_result(ssl) != X509_V_OK ||
        not_after(leaf) <= system_clock::now()) {
        return std::nullopt;
    }
    return identity_in(leaf);
}

} // namespace wsgate
