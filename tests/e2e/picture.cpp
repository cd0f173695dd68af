// Fingerprints of pictures.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/e2e/picture.hpp"

#include <openssl/evp.h>

#include <array>
#include <span>
#include <stdexcept>

namespace e2e {

std::string fingerprint(const picture& seen) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(seen.rgb.data(), seen.rgb.size(), digest.data(), &length, EVP_sha256(),
                   nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");

    constexpr auto* digits = "0123456789abcdef";
    auto text = std::to_string(seen.width) + 'x' + std::to_string(seen.height) + ' ';
    for (const auto byte : std::span{digest}.first(length)) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

} // namespace e2e
