// Signed tokens and base64: nothing is taken that we did not write, and that is what we wrote.
// SPDX-License-Identifier: EUPL-1.2
#include "service/secret.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/access/basic_auth.hpp"
#include "wsgate/access/signed_token.hpp"
#include "wsgate/text/base64.hpp"

#include <string>
#include <string_view>

namespace {

const std::string key = "0123456789abcdef";

/// With a good signature, so that what is behind it is read at all.
std::string with_signature(std::string_view text) {
    std::string token{text};
    const auto signature = wsgate::to_base64url(service::as_text(service::hmac_sha256(key, text)));
    return token.append(".").append(signature);
}

void check(std::string_view token, std::uint64_t now) {
    const auto got = wsgate::check_signed_token({key}, token, now);
    if (const auto* to = std::get_if<wsgate::target>(&got)) {
        fuzz::require(token.starts_with("s1.") && token.size() <= 1024);
        fuzz::require(wsgate::parse_token_target(wsgate::to_string(*to)) == *to);
        const auto again =
            wsgate::check_signed_token({key}, wsgate::sign_token(key, *to, now + 1), now);
        fuzz::require(std::get<wsgate::target>(again) == *to);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(input), size};
    check(text, 0);
    check(with_signature(text), 1000);
    if (const auto bytes = wsgate::from_base64(text)) {
        fuzz::require(wsgate::to_base64(*bytes) == text);
    }
    if (const auto bytes = wsgate::from_base64url(text)) {
        fuzz::require(wsgate::to_base64url(*bytes) == text);
    }
    fuzz::require(wsgate::from_base64url(wsgate::to_base64url(text)) == text);
    if (const auto claimed = wsgate::parse_basic(text)) {
        fuzz::require(claimed->user.find(':') == std::string::npos);
    }
    return 0;
}
