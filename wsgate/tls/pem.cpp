// Puts the text right, and lets OpenSSL read it.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/pem.hpp"

#include "net/text/lines.hpp"
#include "service/read_file.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <new>
#include <stdexcept>
#include <utility>

namespace wsgate {

namespace {

constexpr std::size_t largest_pem = std::size_t{16} * 1024 * 1024;
constexpr std::string_view block_begin = "-----BEGIN ";
constexpr std::string_view block_end = "-----";

struct bio_free {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};

using bio_ptr = std::unique_ptr<BIO, bio_free>;

bio_ptr bio_on(const std::string& text) {
    bio_ptr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio) {
        throw std::bad_alloc();
    }
    return bio;
}

/// Appends a line. Where files were joined whose last line has no end, a block begins behind the
/// end of another one.
void append_line(std::string& to, std::string_view line) {
    const auto begin = line.find(block_begin);
    if (line.starts_with("-----END ") && begin != std::string_view::npos) {
        to.append(line.substr(0, begin)).append("\n");
        line.remove_prefix(begin);
    }
    to.append(line).append("\n");
}

/// Answers OpenSSL's request for the password, so that it does not ask on the terminal.
struct password_request {
    const std::string& password;
    bool was_asked = false;

    static int answer(char* buffer, int size, int /*writing*/, void* self) {
        auto& asked = *static_cast<password_request*>(self);
        asked.was_asked = true;
        const auto length = asked.password.size();
        if (length == 0 || length > static_cast<std::size_t>(size)) {
            return -1;
        }
        std::ranges::copy(asked.password, buffer); // without a NUL: the length is returned
        return static_cast<int>(length);
    }
};

/// Whether the text is read by this function of OpenSSL, such as d2i_X509().
template <class Read, class Free>
bool is_read_by(Read read, Free free, const std::string& text) {
    const auto* at = reinterpret_cast<const unsigned char*>(text.data()); // NOLINT: OpenSSL's bytes
    auto* const made = read(nullptr, &at, static_cast<long>(text.size()));
    ERR_clear_error();
    if (made == nullptr) {
        return false;
    }
    free(made);
    return true;
}

} // namespace

void x509_free::operator()(X509* x509) const {
    X509_free(x509);
}

void key_free::operator()(EVP_PKEY* key) const {
    EVP_PKEY_free(key);
}

void drop_doubles(std::vector<x509_ptr>& all) {
    for (auto each = all.begin(); each != all.end(); ++each) {
        all.erase(std::remove_if(
                      std::next(each), all.end(),
                      [&each](const x509_ptr& c) { return X509_cmp(c.get(), each->get()) == 0; }),
                  all.end());
    }
}

std::string read_pem(std::string_view what, const std::string& file) {
    auto text = service::read_file(file, largest_pem, service::pipes::ours);
    if (!text) {
        throw std::runtime_error(
            fmt::format("cannot read the {} {}: {}", what, file, service::last_error_text()));
    }
    if (!net::fault_of_text(*text).empty() || text->find(block_end) == std::string::npos) {
        return std::move(*text); // no PEM: what_else_is() tells what it is
    }
    std::string pem;
    pem.reserve(text->size());
    net::text_lines lines(*text);
    while (const auto line = lines.next()) {
        append_line(pem, net::stripped(line->text));
    }
    OPENSSL_cleanse(text->data(), text->size());
    return pem;
}

std::vector<x509_ptr> certificates_in(const std::string& pem) {
    ERR_clear_error();
    const auto bio = bio_on(pem);
    std::vector<x509_ptr> all;
    while (x509_ptr one{PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr)}) {
        all.push_back(std::move(one));
    }
    const auto error = ERR_peek_last_error();
    const bool is_end =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    const char* const why = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    if (!is_end) {
        throw std::runtime_error(fmt::format("the certificate number {} in it is damaged: {}",
                                             all.size() + 1, why == nullptr ? "unknown" : why));
    }
    return all;
}

std::vector<x509_ptr> trust_all(SSL_CTX* context, std::string_view what, const std::string& pem,
                                const std::string& file) {
    auto all = certificates_in(pem);
    if (all.empty()) {
        const auto other = what_else_is(pem, file);
        throw std::runtime_error(
            fmt::format("cannot use the {} {} (PEM): {}", what, file,
                        other.empty() ? "there is no certificate in it" : other));
    }
    drop_doubles(all);
    for (const auto& each : all) {
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get()) != 1) {
            throw std::bad_alloc();
        }
    }
    return all;
}

read_keys keys_in(const std::string& pem, const std::string& password) {
    read_keys found;
    if (pem.find("PRIVATE KEY-----") == std::string::npos) {
        return found;
    }
    const auto bio = bio_on(pem);
    password_request asked{password};
    while (key_ptr one{
        PEM_read_bio_PrivateKey(bio.get(), nullptr, password_request::answer, &asked)}) {
        found.keys.push_back(std::move(one));
        asked.was_asked = false;
    }
    found.asked_for_password = asked.was_asked;
    found.has_more = found.keys.empty();
    ERR_clear_error();
    return found;
}

std::string what_else_is(const std::string& text, const std::string& file) {
    struct by_words {
        std::string_view words;
        const char* meaning;
    };

    constexpr auto blocks = std::to_array<by_words>({
        {"-----BEGIN PKCS7", "it is PKCS#7: openssl pkcs7 -print_certs -in {0} -out {0}.pem"},
        {"CERTIFICATE REQUEST-----", "it is a request for a certificate: a CA has yet to sign it"},
        {"-----BEGIN OPENSSH PRIVATE KEY", "it is a key in OpenSSH's form: ssh-keygen -p -m PEM -f "
                                           "{0}"},
        {"PuTTY-User-Key-File", "it is a key in PuTTY's form: have PuTTYgen export it"},
        {"\xfe\xed\xfe\xed", "it is a keystore of Java's: keytool -importkeystore -srckeystore {0} "
                             "-destkeystore {0}.p12 -deststoretype PKCS12"},
    });
    if (net::is_utf16(text)) {
        return std::string{net::utf16_fault};
    }
    for (const auto& each : blocks) {
        if (text.find(each.words) != std::string::npos) {
            return fmt::format(fmt::runtime(each.meaning), file);
        }
    }
    if (is_read_by(d2i_PKCS12, PKCS12_free, text)) {
        return fmt::format("it is PKCS#12: openssl pkcs12 -in {0} -nodes -out {0}.pem", file);
    }
    if (is_read_by(d2i_X509, X509_free, text)) {
        return fmt::format("it is DER: openssl x509 -inform DER -in {0} -out {0}.pem", file);
    }
    const auto read_key = [](EVP_PKEY** to, const unsigned char** at, long size) {
        return d2i_AutoPrivateKey(to, at, size);
    };
    if (is_read_by(read_key, EVP_PKEY_free, text)) {
        return fmt::format("it is a key in DER: openssl pkey -inform DER -in {0} -out {0}.pem",
                           file);
    }
    return {};
}

} // namespace wsgate
