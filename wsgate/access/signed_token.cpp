// Checks the signature first, so that only texts that were signed with our key are read.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/signed_token.hpp"

#include "net/text/number.hpp"
#include "service/secret.hpp"
#include "wsgate/text/base64.hpp"

#include <algorithm>

namespace wsgate {

namespace {

constexpr std::string_view token_start = "s1.";
constexpr std::size_t longest_signed_token = 1024;

bool is_signed(const std::vector<std::string>& keys, std::string_view text,
               std::string_view signature) {
    const auto given = from_base64url(signature);
    if (!given || given->size() != service::digest{}.size()) {
        return false;
    }
    service::digest d{};
    std::copy(given->begin(), given->end(), d.begin());
    bool found = false;
    for (const auto& key : keys) { // goes on, so that the time does not tell which key it was
        found = service::equal(service::hmac_sha256(key, text), d) || found;
    }
    return found;
}

} // namespace

std::string sign_token(std::string_view key, const target& to, std::uint64_t expiry) {
    std::string text{token_start};
    text.append(std::to_string(expiry)).append(".").append(to_base64url(to_string(to)));
    const auto signature = to_base64url(service::as_text(service::hmac_sha256(key, text)));
    return text.append(".").append(signature);
}

std::string_view to_string(token_fault f) {
    switch (f) {
    case token_fault::wrong_signature:
        return "wrong signature";
    case token_fault::expired:
        return "expired";
    case token_fault::not_signed:
        break;
    }
    return "not a signed token";
}

std::variant<target, token_fault> check_signed_token(const std::vector<std::string>& keys,
                                                     std::string_view token, std::uint64_t now) {
    const auto last_dot = token.rfind('.');
    const auto middle_dot = token.find('.', token_start.size());
    if (token.size() > longest_signed_token || !token.starts_with(token_start) ||
        middle_dot >= last_dot || last_dot == std::string_view::npos) {
        return token_fault::not_signed;
    }
    if (!is_signed(keys, token.substr(0, last_dot), token.substr(last_dot + 1))) {
        return token_fault::wrong_signature;
    }
    const auto expiry = net::parse_number<std::uint64_t>(
        token.substr(token_start.size(), middle_dot - token_start.size()));
    const auto where = from_base64url(token.substr(middle_dot + 1, last_dot - middle_dot - 1));
    auto to = where ? parse_token_target(*where) : std::nullopt;
    if (!expiry || !to) {
        return token_fault::not_signed; // signed by another program with the same key
    }
    if (now >= *expiry) {
        return token_fault::expired;
    }
    return std::move(*to);
}

} // namespace wsgate
