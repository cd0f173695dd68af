// Finds the certificate of the key, and puts its issuers behind it.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/own_certificate.hpp"

#include "wsgate/tls/certificate.hpp"
#include "wsgate/tls/error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>

namespace wsgate {

namespace {

using std::chrono::system_clock;

struct store_free {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};

struct store_context_free {
    void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};

bool has_signed(X509* issuer, X509* subject) {
    const bool good = X509_check_issued(issuer, subject) == X509_V_OK &&
                      X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
    ERR_clear_error();
    return good;
}

bool signs_itself(X509* x509) {
    return X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0;
}

bool is_in_time(const X509* x509) {
    const auto now = system_clock::now();
    return not_before(x509) <= now && now < not_after(x509);
}

std::string names_of(const std::vector<x509_ptr>& all) {
    std::string names;
    for (const auto& each : all) {
        names.append(names.empty() ? "" : ", ").append(subject_of(each.get()));
    }
    return names;
}

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
    throw std::runtime_error(why.empty() ? what : fmt::format("{}: {}", what, why));
}

std::vector<x509_ptr> read_certificates(const std::string& file, const std::string& pem) {
    const auto what = fmt::format("cannot use the certificate {}", file);
    std::vector<x509_ptr> all;
    try {
        all = certificates_in(pem);
    } catch (const std::runtime_error& e) {
        refuse(what, e.what());
    }
    if (all.empty()) {
        const auto other = what_else_is(pem, file);
        refuse(what, other.empty() ? "there is no certificate (PEM) in it" : other);
    }
    drop_doubles(all);
    return all;
}

std::vector<key_ptr> read_private_keys(const certificate_files& f, const std::string& pem,
                                       const std::string& password) {
    const auto& file = key_file(f);
    auto found = keys_in(pem, password);
    if (found.asked_for_password) {
        throw std::runtime_error(
            password.empty()
                ? fmt::format("the key {} needs a password: --key-password-file FILE, or {} in "
                              "the environment",
                              file, key_password_variable)
                : fmt::format("the password given does not open the key {}", file));
    }
    if (!found.keys.empty()) {
        return std::move(found.keys);
    }
    const auto what = fmt::format("cannot use the key {}", file);
    const auto other = what_else_is(pem, file);
    refuse(what, !other.empty() ? other
                 : found.has_more
                     ? "the private key in it is damaged"
                     : fmt::format("there is no private key (PEM) in it; name the file of the key "
                                   "of certificate {} with --key",
                                   f.chain));
}

/// Takes the certificate of one of the keys out of the list: one that is valid now, if there is
/// one. Null where none belongs to any.
x509_ptr take_leaf(std::vector<x509_ptr>& all, key_ptr& key) {
    const auto belongs = [&key](const x509_ptr& c) {
        return X509_check_private_key(c.get(), key.get()) == 1;
    };
    auto found = std::find_if(all.begin(), all.end(), [&belongs](const x509_ptr& c) {
        return belongs(c) && is_in_time(c.get());
    });
    if (found == all.end()) {
        found = std::find_if(all.begin(), all.end(), belongs);
    }
    ERR_clear_error();
    if (found == all.end()) {
        return nullptr;
    }
    auto leaf = std::move(*found);
    all.erase(found);
    return leaf;
}

/// Takes the issuers of the certificate, and theirs, out of the list.
std::vector<x509_ptr> take_issuers(std::vector<x509_ptr>& all, X509* leaf) {
    std::vector<x509_ptr> issuers;
    auto* of = leaf;
    for (std::size_t done = 0;; of = issuers[done++].get()) {
        const auto first = std::stable_partition(
            all.begin(), all.end(), [of](const x509_ptr& c) { return !has_signed(c.get(), of); });
        std::move(first, all.end(), std::back_inserter(issuers));
        all.erase(first, all.end());
        if (done == issuers.size()) {
            return issuers;
        }
    }
}

/// Whether the system's store has the certificate's issuer.
bool is_known_to_system(X509* x509) {
    const std::unique_ptr<X509_STORE, store_free> store(X509_STORE_new());
    const std::unique_ptr<X509_STORE_CTX, store_context_free> context(X509_STORE_CTX_new());
    X509* found = nullptr;
    const bool known = store && context && X509_STORE_set_default_paths(store.get()) == 1 &&
                       X509_STORE_CTX_init(context.get(), store.get(), nullptr, nullptr) == 1 &&
                       X509_STORE_CTX_get1_issuer(&found, context.get(), x509) == 1;
    X509_free(found);
    ERR_clear_error();
    return known;
}

/// Throws for what OpenSSL's policy has just refused.
[[noreturn]] void refuse_by_policy(const std::string& file) {
    const auto what = fmt::format("cannot use the certificate {}", file);
    switch (ERR_GET_REASON(ERR_peek_error())) {
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_KEY_TOO_SMALL:
        ERR_clear_error();
        refuse(what, "a key in it is too short (RSA needs 2048 bits): make a new one");
    case SSL_R_CA_MD_TOO_WEAK:
        ERR_clear_error();
        refuse(what, "it is signed with SHA-1 or MD5, which clients refuse: have it signed anew");
    default:
        fail_tls(what);
    }
}

} // namespace

const std::string& key_file(const certificate_files& f) {
    return f.key.empty() ? f.chain : f.key;
}

own_certificate load_own_certificate(const certificate_files& f, const std::string& password) {
    const auto chain = read_pem("certificate", f.chain);
    const auto key = f.key.empty() ? chain : read_pem("key", f.key);
    auto all = read_certificates(f.chain, chain);
    for (auto& each : read_private_keys(f, key, password)) {
        own_certificate c;
        c.leaf = take_leaf(all, each);
        if (c.leaf) {
            c.key = std::move(each);
            c.issuers = take_issuers(all, c.leaf.get());
            c.left_over = all.size();
            return c;
        }
    }
    throw std::runtime_error(
        fmt::format("key {} and certificate {} do not belong together: it is for {}; name the key "
                    "that it was made with by --key",
                    key_file(f), f.chain, names_of(all)));
}

void use(SSL_CTX* context, const own_certificate& c, const std::string& file) {
    ERR_clear_error();
    if (SSL_CTX_use_certificate(context, c.leaf.get()) != 1) {
        refuse_by_policy(file);
    }
    for (const auto& each : c.issuers) { // as the macro SSL_CTX_add1_chain_cert()
        if (SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, each.get()) != 1) {
            refuse_by_policy(file);
        }
    }
    if (SSL_CTX_use_PrivateKey(context, c.key.get()) != 1) {
        refuse_by_policy(file);
    }
}

std::vector<std::string> warnings_of(const own_certificate& c, const std::string& file,
                                     system_clock::time_point now) {
    std::vector<std::string> all;
    for (const auto& each : c.issuers) {
        if (not_after(each.get()) <= now) {
            all.push_back(fmt::format("the issuer's certificate {} in {} has expired on {:%F}",
                                      subject_of(each.get()), file,
                                      fmt::gmtime(system_clock::to_time_t(not_after(each.get())))));
        }
    }
    auto* const last = c.issuers.empty() ? c.leaf.get() : c.issuers.back().get();
    if (!signs_itself(last) && !is_known_to_system(last)) {
        all.push_back(fmt::format("the certificate {} comes without that of its issuer {}: clients "
                                  "that do not have it refuse it; put it behind, in the same file",
                                  file, issuer_of(last)));
    }
    if (c.left_over > 0) {
        all.push_back(fmt::format("{} certificates in {} are no issuers of {} and are not sent",
                                  c.left_over, file, subject_of(c.leaf.get())));
    }
    return all;
}

} // namespace wsgate
