// The configuration of TLS on both sides: values only.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

enum class tls_minimum { v1_2, v1_3 };

struct certificate_files {
    std::string chain; ///< PEM, the leaf comes first
    std::string key;   ///< PEM; empty: in the file of the chain

    friend bool operator==(const certificate_files&, const certificate_files&) = default;
};

/// Whether clients are asked for certificates.
enum class client_certificates {
    none,     ///< no certificate is asked for
    wanted,   ///< a certificate that is shown is verified and used
    required, ///< a session needs a verified certificate
};

/// Which certificates a path demands.
struct client_rule {
    client_certificates ask = client_certificates::none;
    std::vector<std::string> names; ///< one must be a CN or SAN; empty: any name

    friend bool operator==(const client_rule&, const client_rule&) = default;
};

struct tls_options {
    std::vector<certificate_files> certificates; ///< the first is the default; none: no TLS
    std::string key_password_file;               ///< first line; empty: WSGATE_KEY_PASSWORD is used
    std::string key_password; ///< from websockify's command line: others can see it
    tls_minimum minimum = tls_minimum::v1_2;
    std::string ciphers; ///< OpenSSL's names; only ECDHE with AEAD is kept; empty: ours
    /// What the handshake asks clients for: the most that any path needs.
    client_certificates clients = client_certificates::none;
    bool every_place_requires = false; ///< then the handshake requires one, too
    std::string client_ca_file;        ///< PEM
    bool system_client_cas = false;    ///< without a file, trust the system's CAs, as websockify
    std::chrono::milliseconds watch{60'000}; ///< between two looks at the files; 0: never
};

/// How TLS is spoken to targets.
struct target_tls_options {
    std::string ca_file;   ///< PEM; empty: the system's store
    bool insecure = false; ///< no certificate is verified
};

/// The default list of ciphers for TLS 1.2, in OpenSSL's names.
inline constexpr auto our_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

inline constexpr auto key_password_variable = "WSGATE_KEY_PASSWORD";

} // namespace wsgate
