// Reads X.509 certificates by OpenSSL's functions.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/certificate.hpp"

#include "net/text/escape.hpp"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <memory>
#include <utility>

namespace wsgate {

namespace {

struct names_free {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

void add(std::vector<std::string>& to, const ASN1_STRING* text) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, text);
    if (size < 0) {
        return;
    }
    std::string name(utf8, utf8 + size);
    OPENSSL_free(utf8);
    if (!name.empty() && name.find('\0') == std::string::npos) {
        to.push_back(std::move(name));
    }
}

void add_common_names(std::vector<std::string>& to, const X509* x509) {
    const auto* const subject = X509_get_subject_name(x509);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        add(to, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    }
}

void add_alternative_names(std::vector<std::string>& to, const X509* x509, bool only_dns) {
    const std::unique_ptr<GENERAL_NAMES, names_free> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const auto* const value =
            GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        if (type == GEN_DNS || (!only_dns && (type == GEN_EMAIL || type == GEN_URI))) {
            add(to, static_cast<const ASN1_STRING*>(value));
        }
    }
}

std::string show_name(const X509_NAME* name) {
    std::vector<std::string> common;
    const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at >= 0) {
        add(common, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    }
    if (common.empty()) {
        std::array<char, 200> line{};
        common.emplace_back(X509_NAME_oneline(name, line.data(), line.size()));
    }
    return '\'' + net::escaped(common.front()) + '\'';
}

std::chrono::system_clock::time_point as_time(const ASN1_TIME* time) {
    std::tm broken_down{};
    ASN1_TIME_to_tm(time, &broken_down);
    return std::chrono::system_clock::from_time_t(::timegm(&broken_down));
}

} // namespace

client_identity identity_in(const X509* x509) {
    client_identity who;
    add_common_names(who.names, x509);
    if (!who.names.empty()) {
        who.common_name = who.names.front();
    }
    add_alternative_names(who.names, x509, false);
    if (!who.names.empty()) {
        who.name = who.names.front();
    }
    return who;
}

certificate_facts facts_of(const X509* x509, const std::string& file) {
    std::vector<std::string> names;
    add_alternative_names(names, x509, true);
    add_common_names(names, x509);
    return {names.empty() ? file : names.front(), file, not_after(x509)};
}

std::string subject_of(const X509* x509) {
    return show_name(X509_get_subject_name(x509));
}

std::string issuer_of(const X509* x509) {
    return show_name(X509_get_issuer_name(x509));
}

std::chrono::system_clock::time_point not_after(const X509* x509) {
    return as_time(X509_get0_notAfter(x509));
}

std::chrono::system_clock::time_point not_before(const X509* x509) {
    return as_time(X509_get0_notBefore(x509));
}

bool is_for_host(X509* x509, std::string_view host) {
    return !host.empty() && X509_check_host(x509, host.data(), host.size(),
                                            X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

} // namespace wsgate
