// Uses OpenSSL's codec, and accepts only the one spelling that each value has.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/text/base64.hpp"

#include <climits>
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>

namespace wsgate {

namespace {

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data()); // NOLINT: what OpenSSL takes
}

unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data()); // NOLINT: what OpenSSL takes
}

} // namespace

std::string to_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // OpenSSL ends it with a NUL
    const int size = EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0 || text.size() > INT_MAX) {
        return std::nullopt;
    }
    std::string bytes(text.size() / 4 * 3, '\0');
    if (EVP_DecodeBlock(octets(bytes), octets(text), static_cast<int>(text.size())) < 0) {
        return std::nullopt;
    }
    const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
    bytes.resize(bytes.size() - padding);
    return to_base64(bytes) == text ? std::optional{std::move(bytes)} : std::nullopt;
}

std::string to_base64url(std::string_view bytes) {
    auto text = to_base64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.erase(std::min(text.find('='), text.size()));
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) {
        return std::nullopt;
    }
    std::string ordinary{text};
    std::replace(ordinary.begin(), ordinary.end(), '-', '+');
    std::replace(ordinary.begin(), ordinary.end(), '_', '/');
    ordinary.append((4 - ordinary.size() % 4) % 4, '=');
    return from_base64(ordinary);
}

} // namespace wsgate
