// The signature is compared before anything that it covers is believed.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/ids/signed_id.hpp"

#include "net/text/number.hpp"
#include "rfb/text.hpp"
#include "service/secret.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace repeater {

namespace {

constexpr std::size_t signature_size = 26;
constexpr int hexadecimal = 16;

/// The first `signature_size` characters of the digest in base32, five bits each.
std::string base32_of(const service::digest& d) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
    std::string text;
    for (std::size_t bit = 0; text.size() < signature_size; bit += 5) {
        const unsigned pair = unsigned{d.at(bit / 8)} << 8U | d.at(bit / 8 + 1);
        text += letters[pair >> (11 - bit % 8) & 31U];
    }
    return text;
}

std::string signature_of(std::string_view key, std::string_view name, std::string_view expiry) {
    return base32_of(service::hmac_sha256(key, fmt::format("{}|{}", name, expiry)));
}

struct id_text {
    std::string_view name, expiry, signature;
};

/// Nothing where the text is not of the form.
std::optional<id_text> cut(std::string_view id) {
    const auto last = id.rfind('_');
    const auto middle = last == std::string_view::npos || last == 0 ? std::string_view::npos
                                                                    : id.rfind('_', last - 1);
    if (middle == std::string_view::npos) {
        return std::nullopt;
    }
    const id_text parts{id.substr(0, middle), id.substr(middle + 1, last - middle - 1),
                        id.substr(last + 1)};
    return is_name(parts.name) && parts.signature.size() == signature_size ? std::optional{parts}
                                                                           : std::nullopt;
}

} // namespace

std::string_view to_string(id_fault f) {
    switch (f) {
    case id_fault::unknown:
        return "unknown_id";
    case id_fault::not_signed:
        return "not_signed";
    case id_fault::wrong_signature:
        return "wrong_signature";
    case id_fault::expired:
        break;
    }
    return "expired_id";
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_signed_name &&
           std::all_of(text.begin(), text.end(), rfb::is_word);
}

std::string sign_id(std::string_view key, const signed_id& id) {
    const auto expiry = fmt::format("{:x}", id.expiry);
    return fmt::format("{}_{}_{}", id.name, expiry, signature_of(key, id.name, expiry));
}

std::variant<signed_id, id_fault> check_signed_id(const std::vector<std::string>& keys,
                                                  std::string_view id, std::uint64_t now) {
    const auto parts = cut(id);
    const auto expiry =
        parts ? net::parse_number<std::uint64_t>(parts->expiry, hexadecimal) : std::nullopt;
    if (!expiry) {
        return id_fault::not_signed;
    }
    bool found = false;
    for (const auto& key : keys) { // goes on, so that the time does not tell which key it was
        const auto expected = signature_of(key, parts->name, parts->expiry);
        found = service::equal(expected, parts->signature) || found;
    }
    if (!found) {
        return id_fault::wrong_signature;
    }
    // Not expiry + clock_skew, which may be more than 64 bits hold.
    if (now > clock_skew && now - clock_skew >= *expiry) {
        return id_fault::expired;
    }
    return signed_id{std::string{parts->name}, *expiry};
}

} // namespace repeater
