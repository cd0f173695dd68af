// Which security types pass which rules, and what words mean.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/security_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace security_rules_test {

namespace {

constexpr std::uint32_t none = 1;
constexpr std::uint32_t vnc_auth = 2;
constexpr std::uint32_t plain = 256;
constexpr std::uint32_t x509_plain = 262;
constexpr std::uint8_t tight = 16;
constexpr std::uint8_t vencrypt = 19;

} // namespace

TEST(SecurityRules, AdmitEverythingWhereNothingIsSaid) {
    const rfb::security_rules rules;
    EXPECT_FALSE(rules.holds());
    EXPECT_TRUE(rules.admits(none));
    EXPECT_TRUE(rules.admits(plain, vencrypt));
    EXPECT_TRUE(rules.may_be_offered(255));
}

TEST(SecurityRules, DenyATypeWhereverItIsChosen) {
    const rfb::security_rules rules{.denied = {none}};
    EXPECT_FALSE(rules.admits(none));
    EXPECT_FALSE(rules.admits(none, tight));
    EXPECT_FALSE(rules.admits(none, vencrypt));
    EXPECT_TRUE(rules.admits(vnc_auth, tight));
    EXPECT_TRUE(rules.may_be_offered(tight));
    EXPECT_FALSE(rules.may_be_offered(none));
    EXPECT_FALSE(rfb::security_rules{.denied = {vencrypt}}.admits(plain, vencrypt));
}

TEST(SecurityRules, RequireATypeInsideAContainerOrTheContainer) {
    const rfb::security_rules rules{.required = {x509_plain}};
    EXPECT_TRUE(rules.admits(x509_plain, vencrypt));
    EXPECT_FALSE(rules.admits(plain, vencrypt));
    EXPECT_FALSE(rules.admits(vnc_auth));
    EXPECT_TRUE(rules.may_be_offered(vencrypt));
    EXPECT_FALSE(rules.may_be_offered(vnc_auth));
    EXPECT_FALSE(rules.admits_readable());
    EXPECT_TRUE((rfb::security_rules{.required = {vencrypt}}.admits(plain, vencrypt)));
    EXPECT_FALSE(
        (rfb::security_rules{.required = {vencrypt}, .denied = {plain}}.admits(plain, vencrypt)));
}

TEST(SecurityRules, OfTwoOwnersAdmitWhatBothAdmit) {
    const rfb::security_rules any;
    const rfb::security_rules one{.required = {vnc_auth, plain}, .denied = {none}};
    const rfb::security_rules other{.required = {plain, x509_plain}};
    EXPECT_EQ(both(any, one), one);
    EXPECT_EQ(both(one, any), one);
    const auto narrow = both(one, other);
    EXPECT_TRUE(narrow.admits(plain, vencrypt));
    EXPECT_FALSE(narrow.admits(vnc_auth));
    EXPECT_FALSE(narrow.admits(x509_plain, vencrypt));
    const auto nothing = both(one, {.required = {x509_plain}});
    for (const auto type : {none, vnc_auth, plain, x509_plain}) {
        EXPECT_FALSE(nothing.admits(type)) << type;
    }
    EXPECT_FALSE(nothing.admits_readable());
}

TEST(SecurityRules, AreWrittenInWordsAndNumbers) {
    using numbers = std::vector<std::uint32_t>;
    EXPECT_EQ(rfb::parse_security("None"), numbers{none});
    EXPECT_EQ(rfb::parse_security("vncauth"), numbers{vnc_auth});
    EXPECT_EQ(rfb::parse_security("X509Plain"), numbers{x509_plain});
    EXPECT_EQ(rfb::parse_security("Plain"), numbers{plain});
    EXPECT_EQ(rfb::parse_security("RA2ne"), numbers{6});
    EXPECT_EQ(rfb::parse_security("UnixLogin"), numbers{rfb::tight_login});
    EXPECT_EQ(rfb::parse_security("19"), numbers{vencrypt});
    for (const auto* const word : {"", "unknown", "0", "268", "99999999999", "-1", "VncAuth2"}) {
        EXPECT_FALSE(rfb::parse_security(word)) << word;
    }
}

TEST(SecurityRules, KnowWhatEncrypts) {
    const auto all = rfb::parse_security("Encrypted");
    ASSERT_TRUE(all);
    const auto has = [&](std::uint32_t type) {
        return std::find(all->begin(), all->end(), type) != all->end();
    };
    for (const auto type : {5U, 18U, 129U, 257U, 262U}) {
        EXPECT_TRUE(has(type)) << type;
    }
    for (const auto type : {1U, 2U, 6U, 16U, 17U, 19U, 20U, 30U, 113U, 130U, 256U}) {
        EXPECT_FALSE(has(type)) << type << ": the session is in clear, or nobody knows";
    }
    EXPECT_FALSE(rfb::security_rules{.required = *all}.admits_readable());
}

} // namespace security_rules_test
