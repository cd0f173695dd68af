// A certificate for tests, made on the spot.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace support {

/// Self-signed ECDSA P-256 for "localhost", both in PEM.
struct certificate {
    std::string chain;
    std::string key;
};

/// Valid from a day ago, for so many days. `alternative_names` as OpenSSL writes them:
/// "DNS:a.example,IP:127.0.0.1".
[[nodiscard]] certificate make_certificate(int days = 30,
                                           const std::string& alternative_names = {});

} // namespace support
