// Loads files into contexts, chooses one by the client's name, and seals tickets by the ring.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/server.hpp"

#include "net/text/lines.hpp"
#include "service/read_file.hpp"
#include "wsgate/tls/client_certificate.hpp"
#include "wsgate/tls/error.hpp"

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
#include <new>
#include <stdexcept>
#include <sys/stat.h>
#include <utility>

namespace wsgate {

namespace {

using std::chrono::system_clock;

constexpr auto soon = std::chrono::hours{14 * 24};
constexpr std::size_t largest_password = 4096;
constexpr auto ticket_life = std::chrono::seconds{2 * 60 * 60};

std::string key_password(const tls_options& o) {
    if (!o.key_password_file.empty()) {
        const auto text =
            service::read_file(o.key_password_file, largest_password, service::pipes::ours);
        if (!text) {
            throw std::runtime_error(fmt::format("cannot read the key password {}: {}",
                                                 o.key_password_file, service::last_error_text()));
        }
        if (const auto fault = net::fault_of_text(*text); !fault.empty()) {
            throw std::runtime_error(
                fmt::format("cannot read the key password {}: {}", o.key_password_file, fault));
        }
        return std::string{net::first_line(*text)};
    }
    if (!o.key_password.empty()) {
        return o.key_password;
    }
    const char* const variable = std::getenv(key_password_variable); // NOLINT: no thread sets it
    return variable == nullptr ? "" : variable;
}

void check_dates(const X509* leaf, const std::string& file) {
    if (not_after(leaf) <= system_clock::now()) {
        throw std::runtime_error(
            fmt::format("the certificate {} for {} has expired on {:%F}: renew it", file,
                        subject_of(leaf), fmt::gmtime(system_clock::to_time_t(not_after(leaf)))));
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

tls_server::tls_server(const tls_options& o, std::shared_ptr<ticket_ring> ring,
                       const tls_server* before)
    : ring_(std::move(ring)) {
    auto password = key_password(o);
    std::size_t good = 0;
    for (const auto& each : o.certificates) {
        try {
            load(each, o, password);
            ++good;
        } catch (const std::runtime_error& e) {
            keep(each, o, before, e.what());
        }
    }
    wipe(password);
    if (good == 0) {
        throw std::runtime_error(problems_.empty()
                                     ? "TLS needs a certificate: --cert FILE --key FILE"
                                     : fmt::format("{}", fmt::join(problems_, "; ")));
    }
}

void tls_server::load(const certificate_files& f, const tls_options& o,
                      const std::string& password) {
    auto loaded = std::make_shared<const own_certificate>(load_own_certificate(f, password));
    facts_.push_back(facts_of(loaded->leaf.get(), f.chain));
    check_dates(loaded->leaf.get(), f.chain);
    add(f, o, std::move(loaded));
    if (everybody_can_read(key_file(f))) {
        open_keys_.push_back(key_file(f));
    }
}

/// In the place of files that cannot be used stays what was read of them before, unless that has
/// expired.
void tls_server::keep(const certificate_files& f, const tls_options& o, const tls_server* before,
                      std::string why) {
    if (before != nullptr) {
        for (const auto& each : before->identities_) {
            if (each.files == f && not_after(each.own->leaf.get()) > system_clock::now()) {
                add(f, o, each.own);
                facts_.push_back(facts_of(each.own->leaf.get(), f.chain));
                why += " (what was read before stays in use)";
                break;
            }
        }
    }
    problems_.push_back(std::move(why));
}

void tls_server::add(const certificate_files& f, const tls_options& o,
                     std::shared_ptr<const own_certificate> own) {
    identity made{tls_context(SSL_CTX_new(TLS_server_method())), std::move(own), f, {}, {}};
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
    use(context, *made.own, f.chain);
    made.from = not_before(made.own->leaf.get());
    made.until = not_after(made.own->leaf.get());
    // These two calls are what OpenSSL's macros do, which cast in the old style.
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(on_server_name)); // NOLINT: its type there
    SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, this);
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
    const auto now = system_clock::now();
    const auto good = std::find_if(identities_.begin(), identities_.end(),
                                   [now](const identity& i) { return i.is_valid(now); });
    const auto& first = good == identities_.end() ? identities_.front() : *good;
    tls_session ssl(SSL_new(first.context.get()));
    if (!ssl) {
        throw std::bad_alloc();
    }
    SSL_set_accept_state(ssl.get());
    return ssl;
}

/// Chooses the certificate by the client's SNI: the first one that is for the name and valid, or
/// else one that is for the name. A name that no certificate is for gets the default one, as RFC
/// 6066 3 allows.
int tls_server::on_server_name(SSL* ssl, int* /*alert*/, void* self) {
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    const auto now = system_clock::now();
    const identity* found = nullptr;
    for (const auto& each : static_cast<const tls_server*>(self)->identities_) {
        const bool is_better = found == nullptr || (each.is_valid(now) && !found->is_valid(now));
        if (is_better && is_for_host(each.own->leaf.get(), name)) {
            found = &each;
        }
    }
    if (found == nullptr) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    SSL_set_SSL_CTX(ssl, found->context.get());
    return SSL_TLSEXT_ERR_OK;
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
    for (const auto& each : problems_) {
        all.push_back(fmt::format("a certificate is left out: {}", each));
    }
    for (const auto& each : identities_) {
        const auto& file = each.files.chain;
        const auto left = std::chrono::duration_cast<std::chrono::hours>(each.until - now);
        if (left < soon) {
            all.push_back(left.count() < 0 ? fmt::format("the certificate {} has expired", file)
                                           : fmt::format("the certificate {} ends in {} days", file,
                                                         left.count() / 24));
        }
        if (each.from > now) {
            all.push_back(fmt::format(
                "the certificate {} is not valid yet: from {:%F} on; is the clock right?", file,
                fmt::gmtime(system_clock::to_time_t(each.from))));
        }
        const auto more = warnings_of(*each.own, file, now);
        all.insert(all.end(), more.begin(), more.end());
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
