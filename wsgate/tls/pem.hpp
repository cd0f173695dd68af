// Reads PEM files (RFC 7468) as people have them, and says what a file is that is none.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

struct x509_free {
    void operator()(X509*) const;
};

struct key_free {
    void operator()(EVP_PKEY*) const;
};

using x509_ptr = std::unique_ptr<X509, x509_free>;
using key_ptr = std::unique_ptr<EVP_PKEY, key_free>;

/// The text of a file, with the line ends, and without the byte order marks and blanks, that
/// OpenSSL wants it to have. `what` is named in complaints: "cannot read the WHAT FILE: no such
/// file". Throws std::runtime_error where the file cannot be read.
[[nodiscard]] std::string read_pem(std::string_view what, const std::string& file);

/// All certificates in the text, in its order. Throws std::runtime_error where one is damaged.
[[nodiscard]] std::vector<x509_ptr> certificates_in(const std::string& pem);

/// Leaves the first of those that are the same.
void drop_doubles(std::vector<x509_ptr>&);

/// Lets the context trust all certificates in the text of this file, and returns them without
/// doubles. Throws std::runtime_error where there is none.
std::vector<x509_ptr> trust_all(SSL_CTX*, std::string_view what, const std::string& pem,
                                const std::string& file);

struct read_keys {
    std::vector<key_ptr> keys;       ///< in the order of the text
    bool asked_for_password = false; ///< and the last one, behind these, did not open with it
    bool has_more = false;           ///< something behind these cannot be read as a key
};

/// All private keys in the text, up to one that does not open.
[[nodiscard]] read_keys keys_in(const std::string& pem, const std::string& password);

/// What a text without certificates or keys in PEM is, and the command that makes PEM of it; such
/// as "it is DER: openssl x509 ...". Empty where that is not known.
[[nodiscard]] std::string what_else_is(const std::string& text, const std::string& file);

} // namespace wsgate
