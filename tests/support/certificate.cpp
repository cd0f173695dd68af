// OpenSSL's API, in the order in which a certificate comes about.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
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

} // namespace

certificate make_certificate(int days, const std::string& alternative_names) {
    constexpr long day = 24L * 60 * 60;
    const key_ptr key(EVP_EC_gen("P-256"));
    const x509_ptr x509(X509_new());
    check(key && x509);
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -day);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), day * (days - 1));
    X509_set_pubkey(x509.get(), key.get());
    auto* const name = X509_get_subject_name(x509.get());
    check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                                     0) == 1);
    X509_set_issuer_name(x509.get(), name);
    if (!alternative_names.empty()) {
        const extension_ptr names(
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_names.c_str()));
        check(names && X509_add_ext(x509.get(), names.get(), -1) == 1);
    }
    check(X509_sign(x509.get(), key.get(), EVP_sha256()) > 0);

    const bio_ptr chain(BIO_new(BIO_s_mem()));
    const bio_ptr pem(BIO_new(BIO_s_mem()));
    check(PEM_write_bio_X509(chain.get(), x509.get()) == 1 &&
          PEM_write_bio_PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
              1);
    return {text_in(chain.get()), text_in(pem.get())};
}

} // namespace support
