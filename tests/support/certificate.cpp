// OpenSSL's API, in the order in which a certificate comes about.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace support {

namespace {

template <auto Free>
struct with {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};

using key_ptr = std::unique_ptr<EVP_PKEY, with<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, with<X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, with<X509_EXTENSION_free>>;
using bio_ptr = std::unique_ptr<BIO, with<BIO_free_all>>;

std::string text_in(BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

void check(bool good) {
    if (!good) {
        throw std::runtime_error("no certificate could be made");
    }
}

void add_extension(X509* x509, int kind, const std::string& value) {
    const extension_ptr made(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
    check(made && X509_add_ext(x509, made.get(), -1) == 1);
}

key_ptr make_key(const std::string& kind) {
    if (kind.starts_with("ED")) {
        return key_ptr(EVP_PKEY_Q_keygen(nullptr, nullptr, kind.c_str()));
    }
    if (!kind.starts_with("RSA")) {
        return key_ptr(EVP_EC_gen(kind.c_str()));
    }
    const bool is_pss = kind == "RSA-PSS";
    const std::unique_ptr<EVP_PKEY_CTX, with<EVP_PKEY_CTX_free>> context(
        EVP_PKEY_CTX_new_from_name(nullptr, is_pss ? "RSA-PSS" : "RSA", nullptr));
    check(context && EVP_PKEY_keygen_init(context.get()) == 1 &&
          EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(),
                                           is_pss ? 2048 : std::stoi(kind.substr(3))) == 1);
    EVP_PKEY* made = nullptr;
    check(EVP_PKEY_generate(context.get(), &made) == 1);
    return key_ptr(made);
}

/// The digest for signatures of this key; null where the key has its own.
const EVP_MD* digest_for(const EVP_PKEY* key, bool sha1) {
    const bool has_own = EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1;
    return has_own ? nullptr : sha1 ? EVP_sha1() : EVP_sha256();
}

/// Sets the issuer and signs, with our own key or that of the CA.
void sign(X509* x509, EVP_PKEY* own, const certificate* ca, bool sha1) {
    if (ca == nullptr) {
        X509_set_issuer_name(x509, X509_get_subject_name(x509));
        check(X509_sign(x509, own, digest_for(own, sha1)) > 0);
        return;
    }
    const bio_ptr chain(BIO_new_mem_buf(ca->chain.data(), static_cast<int>(ca->chain.size())));
    const bio_ptr pem(BIO_new_mem_buf(ca->key.data(), static_cast<int>(ca->key.size())));
    const x509_ptr issuer(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    const key_ptr key(PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, nullptr));
    check(issuer && key);
    X509_set_issuer_name(x509, X509_get_subject_name(issuer.get()));
    check(X509_sign(x509, key.get(), digest_for(key.get(), sha1)) > 0);
}

std::string key_text(EVP_PKEY* key, const std::string& password) {
    const bio_ptr pem(BIO_new(BIO_s_mem()));
    const auto* const secret = reinterpret_cast<const unsigned char*>(password.data());
    check(PEM_write_bio_PrivateKey(pem.get(), key, password.empty() ? nullptr : EVP_aes_256_cbc(),
                                   password.empty() ? nullptr : secret,
                                   static_cast<int>(password.size()), nullptr, nullptr) == 1);
    return text_in(pem.get());
}

} // namespace

certificate make_certificate(const certificate_wish& wish) {
    constexpr long day = 24L * 60 * 60;
    const auto key = make_key(wish.key);
    const x509_ptr x509(X509_new());
    check(key && x509);
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), day * wish.first_day);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), day * (wish.first_day + wish.days));
    X509_set_pubkey(x509.get(), key.get());
    const auto* const name = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
    check(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC, name,
                                     -1, -1, 0) == 1);
    if (!wish.alternative_names.empty()) {
        add_extension(x509.get(), NID_subject_alt_name, wish.alternative_names);
    }
    if (wish.is_ca) {
        add_extension(x509.get(), NID_basic_constraints, "critical,CA:TRUE");
    }
    sign(x509.get(), key.get(), wish.signed_by, wish.sha1);

    const bio_ptr chain(BIO_new(BIO_s_mem()));
    check(PEM_write_bio_X509(chain.get(), x509.get()) == 1);
    return {text_in(chain.get()), key_text(key.get(), wish.password)};
}

certificate make_certificate(int days, const std::string& alternative_names) {
    return make_certificate({.days = days, .alternative_names = alternative_names});
}

void present(SSL* ssl, const certificate& mine) {
    const bio_ptr chain(BIO_new_mem_buf(mine.chain.data(), static_cast<int>(mine.chain.size())));
    const bio_ptr pem(BIO_new_mem_buf(mine.key.data(), static_cast<int>(mine.key.size())));
    const x509_ptr x509(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    const key_ptr key(PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, nullptr));
    check(SSL_use_certificate(ssl, x509.get()) == 1 && SSL_use_PrivateKey(ssl, key.get()) == 1);
}

} // namespace support
