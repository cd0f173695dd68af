// A certificate for tests, made on the spot.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <openssl/types.h>

#include <string>

namespace support {

/// Self-signed for "localhost" unless wished otherwise, both in PEM.
struct certificate {
    std::string chain;
    std::string key;
};

struct certificate_wish {
    int days = 30; ///< from yesterday on
    /// As OpenSSL writes them: "DNS:a.example,IP:127.0.0.1".
    std::string alternative_names{};
    std::string common_name = "localhost";
    bool is_ca = false;
    const certificate* signed_by = nullptr; ///< none: by itself
    std::string password{};                 ///< of its key; empty: not encrypted
    int first_day = -1;                     ///< from today
    std::string key = "P-256"; ///< another curve, ED25519, ED448, RSA-PSS, or RSA and its bits
    bool sha1 = false;         ///< signed with that
};

[[nodiscard]] certificate make_certificate(const certificate_wish&);

/// Valid from a day ago, for so many days.
[[nodiscard]] certificate make_certificate(int days = 30,
                                           const std::string& alternative_names = {});

/// In the handshake.
void present(SSL*, const certificate&);

} // namespace support
