// Comparison, digests and the key of the process, all computed by OpenSSL.
// SPDX-License-Identifier: EUPL-1.2
#include "service/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <fmt/format.h>
#include <stdexcept>

namespace service {

namespace {

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data()); // NOLINT: what OpenSSL takes
}

std::string random_key() {
    std::array<unsigned char, 32> bytes{};
    if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("OpenSSL has no random numbers");
    }
    return std::string{bytes.begin(), bytes.end()};
}

} // namespace

digest hmac_sha256(std::string_view key, std::string_view message) {
    digest d{};
    unsigned size = 0;
    if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(message),
               message.size(), d.data(), &size) == nullptr) {
        throw std::runtime_error("OpenSSL cannot compute an HMAC");
    }
    return d;
}

bool equal(const digest& a, const digest& b) {
    return ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view as_text(const digest& d) {
    return {reinterpret_cast<const char*>(d.data()), d.size()}; // NOLINT: bytes either way
}

std::string hash_prefix(std::string_view secret) {
    digest d{};
    unsigned size = 0;
    if (::EVP_Digest(secret.data(), secret.size(), d.data(), &size, ::EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL cannot compute a SHA-256");
    }
    return fmt::format("{:02x}{:02x}{:02x}{:02x}", d[0], d[1], d[2], d[3]);
}

const std::string& process_key() {
    static const std::string key = random_key();
    return key;
}

} // namespace service
