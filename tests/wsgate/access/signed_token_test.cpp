// Signed tokens: a fixed example, every way to be wrong.
// SPDX-License-Identifier: EUPL-1.2
#include "service/secret.hpp"
#include "wsgate/access/signed_token.hpp"
#include "wsgate/text/base64.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace signed_token_test {

namespace {

using wsgate::check_signed_token;
using wsgate::sign_token;
using wsgate::target;
using wsgate::token_fault;

const std::string key = "0123456789abcdef0123456789abcdef";
const target host{"10.1.2.3", 5901, false};

token_fault fault_of(const std::vector<std::string>& keys, std::string_view token,
                     std::uint64_t now = 0) {
    return std::get<token_fault>(check_signed_token(keys, token, now));
}

/// Whatever text, with a good signature.
std::string with_signature(const std::string& text) {
    return text + "." + wsgate::to_base64url(service::as_text(service::hmac_sha256(key, text)));
}

} // namespace

TEST(SignedToken, HasTheDocumentedForm) {
    // printf %s s1.2000000000.MTAuMS4yLjM6NTkwMQ | openssl dgst -sha256 -hmac KEY -binary
    EXPECT_EQ(sign_token(key, host, 2'000'000'000),
              "s1.2000000000.MTAuMS4yLjM6NTkwMQ.-iqvyAuj_xZzpspcA-zhcWsr57KBQU8hdMlayb-ptkE");
}

TEST(SignedToken, LeadsToItsTargetUntilItEnds) {
    for (const auto& to : {host, target{"2001:db8::1", 5900, false}, target{"a.example", 1, false},
                           target{"/run/vnc/one", 0, true}}) {
        const auto token = sign_token(key, to, 1000);
        EXPECT_EQ(token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789._-"),
                  std::string::npos);
        EXPECT_EQ(std::get<target>(check_signed_token({key}, token, 999)), to);
        EXPECT_EQ(fault_of({key}, token, 1000), token_fault::expired);
        EXPECT_EQ(fault_of({key}, token, 1001), token_fault::expired);
    }
}

TEST(SignedToken, TakesAnyOfSeveralKeys) {
    const auto token = sign_token(key, host, 1000);
    EXPECT_EQ(std::get<target>(check_signed_token({"other", key}, token, 0)), host);
    EXPECT_EQ(std::get<target>(check_signed_token({key, "other"}, token, 0)), host);
    EXPECT_EQ(fault_of({"other"}, token), token_fault::wrong_signature);
    EXPECT_EQ(fault_of({}, token), token_fault::wrong_signature);
}

TEST(SignedToken, NoBitOfItCanBeChanged) {
    const auto token = sign_token(key, host, 1000);
    for (std::size_t at = 0; at < token.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto changed = token;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ 1U << bit);
            EXPECT_FALSE(std::holds_alternative<target>(check_signed_token({key}, changed, 0)))
                << changed;
        }
        EXPECT_FALSE(
            std::holds_alternative<target>(check_signed_token({key}, token.substr(0, at), 0)));
    }
    EXPECT_EQ(fault_of({key}, token + "A"), token_fault::wrong_signature);
}

TEST(SignedToken, OfAnotherFormIsNone) {
    const auto target = wsgate::to_base64url("10.1.2.3:5901");
    const std::vector<std::pair<std::string, token_fault>> table{
        {"", token_fault::not_signed},
        {"s1", token_fault::not_signed},
        {"s1.", token_fault::not_signed},
        {"s1..", token_fault::not_signed},
        {"s1...", token_fault::wrong_signature},
        {"s2.1000." + target + ".x", token_fault::not_signed},
        {"s1.1000." + target, token_fault::not_signed},
        {std::string(2000, 's'), token_fault::not_signed},
        {with_signature("s1.1000." + target), token_fault::expired},
        {with_signature("s1.." + target), token_fault::not_signed},
        {with_signature("s1.+99999." + target), token_fault::not_signed},
        {with_signature("s1.99999x." + target), token_fault::not_signed},
        {with_signature("s1.99999999999999999999." + target), token_fault::not_signed},
        {with_signature("s1.99999." + target + "="), token_fault::not_signed},
        {with_signature("s1.99999." + target + "." + target), token_fault::not_signed},
        {with_signature("s1.99999." + wsgate::to_base64url("nonsense")), token_fault::not_signed},
    };
    for (const auto& [token, expected] : table) {
        const auto got = check_signed_token({key}, token, 5000);
        ASSERT_TRUE(std::holds_alternative<token_fault>(got)) << token;
        EXPECT_EQ(std::get<token_fault>(got), expected) << token;
    }
}

} // namespace signed_token_test
