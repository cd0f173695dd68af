// A certificate of ours with its key and the chain of its issuers, as read from files.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/tls/options.hpp"
#include "wsgate/tls/pem.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace wsgate {

struct own_certificate {
    key_ptr key;
    x509_ptr leaf;                 ///< the certificate that the key belongs to
    std::vector<x509_ptr> issuers; ///< as TLS wants them: each one signs one before it
    std::size_t left_over = 0;     ///< certificates in the file that are no issuers of the leaf
};

/// Reads both files. The order in them does not matter. Throws std::runtime_error with a text for
/// the operator: a file cannot be read, or is no PEM, a password is missing or wrong, no
/// certificate belongs to the key.
[[nodiscard]] own_certificate load_own_certificate(const certificate_files&,
                                                   const std::string& password);

/// Gives them to a context of OpenSSL's. Throws std::runtime_error where its policy refuses them,
/// such as keys that are too short.
void use(SSL_CTX*, const own_certificate&, const std::string& file);

/// What an operator should know of the chain: an issuer that is missing or has expired, and
/// certificates that are not sent.
[[nodiscard]] std::vector<std::string> warnings_of(const own_certificate&, const std::string& file,
                                                   std::chrono::system_clock::time_point now);

/// The file that holds the key.
[[nodiscard]] const std::string& key_file(const certificate_files&);

} // namespace wsgate
