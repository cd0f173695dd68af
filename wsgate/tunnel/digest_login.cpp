// Computes the hashes of RFC 7616 3.4 by OpenSSL.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/digest_login.hpp"

#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace wsgate {

namespace {

struct hash_name {
    std::string_view http; ///< the value of "algorithm" (RFC 7616 6.1)
    const char* openssl;
};

constexpr std::array<hash_name, 3> hashes{
    {{"SHA-512-256", "SHA512-256"}, {"SHA-256", "SHA256"}, {"MD5", "MD5"}}};
constexpr std::string_view session_suffix = "-sess";

/// A challenge that we can answer; its strings are parts of the challenge.
struct chosen_digest {
    const challenge* from = nullptr;
    const char* hash = nullptr;
    std::string_view algorithm; ///< as it was written; empty: it was not written
    bool is_session = false;
    bool has_qop = false;
};

std::optional<chosen_digest> read(const challenge& c) {
    const auto* const qop = c.find("qop");
    if (!equal_but_for_case(c.scheme, "Digest") || c.find("realm") == nullptr ||
        c.find("nonce") == nullptr || (qop != nullptr && !holds_element(*qop, "auth"))) {
        return std::nullopt;
    }
    chosen_digest d;
    d.from = &c;
    d.has_qop = qop != nullptr;
    if (const auto* const algorithm = c.find("algorithm")) {
        d.algorithm = *algorithm;
    }
    auto name = d.algorithm.empty() ? std::string_view{"MD5"} : d.algorithm;
    if (name.size() > session_suffix.size() &&
        equal_but_for_case(name.substr(name.size() - session_suffix.size()), session_suffix)) {
        d.is_session = true;
        name.remove_suffix(session_suffix.size());
    }
    const auto* const known =
        std::find_if(hashes.begin(), hashes.end(),
                     [name](const hash_name& h) { return equal_but_for_case(h.http, name); });
    if (known == hashes.end()) {
        return std::nullopt;
    }
    d.hash = known->openssl;
    return d;
}

std::optional<chosen_digest> choose(const std::vector<challenge>& all) {
    for (const auto& [http, hash] : hashes) {
        for (const auto& each : all) {
            if (auto d = read(each); d && std::string_view{d->hash} == hash) {
                return d;
            }
        }
    }
    return std::nullopt;
}

/// The hash in hexadecimal digits.
std::optional<std::string> hashed(const char* hash, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    std::size_t size = 0;
    if (EVP_Q_digest(nullptr, hash, nullptr, text.data(), text.size(), bytes.data(), &size) != 1) {
        return std::nullopt;
    }
    std::string hex;
    for (std::size_t i = 0; i < size; ++i) {
        hex += fmt::format("{:02x}", bytes[i]);
    }
    return hex;
}

std::string quoted(std::string_view text) {
    std::string all{'"'};
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            all += '\\';
        }
        all += c;
    }
    return all += '"';
}

bool is_quotable(std::string_view text) {
    constexpr char delete_character = 127;
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == delete_character;
    });
}

} // namespace

bool has_digest(const std::vector<challenge>& all) {
    return choose(all).has_value();
}

std::optional<std::string> digest_credentials(const std::vector<challenge>& all,
                                              const user_password& who, std::string_view method,
                                              std::string_view uri, std::string_view cnonce) {
    const auto d = choose(all);
    if (!d || !is_quotable(who.user)) {
        return std::nullopt;
    }
    const auto& realm = *d->from->find("realm");
    const auto& nonce = *d->from->find("nonce");
    auto secret = hashed(d->hash, fmt::format("{}:{}:{}", who.user, realm, who.password));
    const auto request = hashed(d->hash, fmt::format("{}:{}", method, uri));
    if (secret && d->is_session) {
        secret = hashed(d->hash, fmt::format("{}:{}:{}", *secret, nonce, cnonce));
    }
    if (!secret || !request) {
        return std::nullopt;
    }
    const auto count = d->has_qop ? fmt::format("00000001:{}:auth:", cnonce) : std::string{};
    const auto response =
        hashed(d->hash, fmt::format("{}:{}:{}{}", *secret, nonce, count, *request));
    auto text = fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
                            quoted(who.user), quoted(realm), quoted(nonce), quoted(uri),
                            response.value_or(""));
    if (!d->algorithm.empty()) {
        text += fmt::format(", algorithm={}", d->algorithm);
    }
    if (const auto* const opaque = d->from->find("opaque")) {
        text += fmt::format(", opaque={}", quoted(*opaque));
    }
    if (d->has_qop || d->is_session) {
        text += fmt::format(", cnonce={}", quoted(cnonce));
    }
    if (d->has_qop) {
        text += ", qop=auth, nc=00000001";
    }
    return text;
}

} // namespace wsgate
