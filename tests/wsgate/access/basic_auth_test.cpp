// Basic authentication: what clients claim, lists of passwords, what holds.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/basic_auth.hpp"
#include "wsgate/text/base64.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace basic_auth_test {

namespace {

using wsgate::credentials;
using wsgate::parse_basic;
using wsgate::password_list;
using namespace std::string_literals;

// All of the password "secret", with few rounds.
const std::string bcrypt = "$2y$04$HOiStRQuwp8FInsc9paV5eFeGbZRJU17yufWHHUYzsDM8nHV4.JnO";
const std::string sha512 =
    "$6$rounds=1000$JQNbRz1JmthtI01s$3rZMMdsW/LTurAioe8oiOAVDWmsL483jbMN0UD7WMroBisWVzyhS46WvjN7O9z"
    "VIILg1IJw0x5KwuFtHXpXRI.";

password_list list(const std::string& text) {
    return *password_list::parse(text);
}

} // namespace

TEST(Base64, HasOneSpellingOfEachValue) {
    for (const auto& [bytes, text] :
         std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"\xfb\xff"s, "+/8="},
                                                          {std::string(1, '\0'), "AA=="}}) {
        EXPECT_EQ(wsgate::to_base64(bytes), text);
        EXPECT_EQ(wsgate::from_base64(text), bytes);
        EXPECT_EQ(wsgate::from_base64url(wsgate::to_base64url(bytes)), bytes);
    }
    EXPECT_EQ(wsgate::to_base64url("\xfb\xff"), "-_8");
    for (const auto* text : {"Zg", "Zg=", "Zh==", "Z===", "====", "Zg==Zg==", " Zm9v", "Zm9v\n",
                             "Zm9v    ", "Zm-v", "Zm8=\n\n\n\n"}) {
        EXPECT_EQ(wsgate::from_base64(text), std::nullopt) << text;
    }
    for (const auto* text : {"Zg==", "Zh", "Z", "+_8", "-/8"}) {
        EXPECT_EQ(wsgate::from_base64url(text), std::nullopt) << text;
    }
}

TEST(BasicAuth, ReadsWhatClientsClaim) {
    const std::vector<std::pair<std::string, std::optional<credentials>>> table{
        {"Basic " + wsgate::to_base64("u:p"), credentials{"u", "p"}},
        {"bAsIc  " + wsgate::to_base64("u:p") + " ", credentials{"u", "p"}},
        {"Basic " + wsgate::to_base64("u:p:q"), credentials{"u", "p:q"}},
        {"Basic " + wsgate::to_base64(":"), credentials{"", ""}},
        {"Basic " + wsgate::to_base64("\xc3\xa4:\xff"), credentials{"\xc3\xa4", "\xff"}},
        {"Basic " + wsgate::to_base64("u"), std::nullopt},
        {"Basic " + wsgate::to_base64("u:p\0"s), std::nullopt},
        {"Basic u:p", std::nullopt},
        {"Basic", std::nullopt},
        {"Bas", std::nullopt},
        {"", std::nullopt},
        {"Basic", std::nullopt},
        {"Bearer " + wsgate::to_base64("u:p"), std::nullopt},
        {"Basic" + wsgate::to_base64("u:p"), std::nullopt},
    };
    for (const auto& [field, expected] : table) {
        EXPECT_EQ(parse_basic(field), expected) << field;
    }
}

TEST(PasswordList, VerifiesWhatItHolds) {
    const auto l = list("# comment\n\nplain:pa:ss word\r\nbc:" + bcrypt + "\nsha:" + sha512);

    struct row {
        credentials claimed;
        bool good;
    };

    const std::vector<row> table{
        {{"plain", "pa:ss word"}, true},  {{"bc", "secret"}, true},
        {{"sha", "secret"}, true},        {{"plain", "pa:ss"}, false},
        {{"bc", "Secret"}, false},        {{"sha", ""}, false},
        {{"plain", ""}, false},           {{"bc", bcrypt}, false},
        {{"none", "secret"}, false},      {{"", ""}, false},
        {{"Plain", "pa:ss word"}, false},
    };
    for (const auto& r : table) {
        EXPECT_EQ(l.verify(r.claimed), r.good) << r.claimed.user << ":" << r.claimed.password;
    }
    EXPECT_FALSE(l.is_fast());
    EXPECT_TRUE(list("a:b\n").is_fast());
    EXPECT_FALSE(list("").verify({"", ""}));
}

TEST(PasswordList, MayBeWrittenByOtherSystems) {
    const auto l =
        list("\xef\xbb\xbf"s + "plain:pass\r\n \t\r\nblank:pass \r\nbc:" + bcrypt + " \t\r\n");
    EXPECT_TRUE(l.verify({"plain", "pass"}));
    EXPECT_TRUE(l.verify({"bc", "secret"}));
    EXPECT_TRUE(l.verify({"blank", "pass "})) << "a password may end in a blank";
    EXPECT_FALSE(l.verify({"blank", "pass"}));
    EXPECT_EQ(l.size(), 3U);
    EXPECT_TRUE(list("a:b\rc:d").verify({"c", "d"}));
}

TEST(PasswordList, AddsUp) {
    auto l = list("a:one");
    EXPECT_EQ(l.add("b:two\nc:" + bcrypt), "");
    EXPECT_EQ(l.add_plain("d:$three"), "");
    for (const auto& [user, password] : std::vector<std::pair<std::string, std::string>>{
             {"a", "one"}, {"b", "two"}, {"c", "secret"}, {"d", "$three"}}) {
        EXPECT_TRUE(l.verify({user, password})) << user;
    }
    EXPECT_EQ(l.add("\na:again"), "line 2: this user has been named before");
    EXPECT_EQ(l.add_plain("b:again"), "this user has been named before");
    EXPECT_TRUE(l.verify({"a", "one"}));
}

TEST(PasswordList, TakesAPlainPasswordAsItIs) {
    const auto l = *password_list::plain("u:$2y$no:hash");
    EXPECT_TRUE(l.verify({"u", "$2y$no:hash"}));
    EXPECT_FALSE(l.verify({"u", "x"}));
    EXPECT_FALSE(l.verify({"v", "$2y$no:hash"}));
    EXPECT_FALSE(l.verify({"", ""}));
    for (const auto* text : {"", "u", ":p", "u:"}) {
        EXPECT_FALSE(password_list::plain(text)) << text;
    }
}

TEST(PasswordList, RefusesWhatProtectsNothing) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"a:b\nu:$apr1$x$y", "line 2: MD5 and SHA-1"},
        {"u:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "line 1: MD5 and SHA-1"},
        {"u:$1$kqpYgG0q$3QDL8uHmVAFQmdnQW6mFr/", "line 1: an outdated hash"},
        {"u:$nonsense$x", "line 1: a hash that crypt(3) does not know"},
        {"u", "line 1: not of the form"},
        {":p", "line 1: not of the form"},
        {"u:", "line 1: not of the form"},
        {"u:a\nu:b", "line 2: this user has been named before"},
        {"u:a\0\n"s, "there is a NUL byte in it"},
        {"\xff\xfeu\0:\0a\0"s, "this is UTF-16"},
    };
    for (const auto& [text, why] : table) {
        const auto l = password_list::parse(text);
        ASSERT_FALSE(l) << text;
        EXPECT_TRUE(l.error().starts_with(why)) << l.error();
        EXPECT_EQ(l.error().find("kqpYgG0q"), std::string::npos) << "no hash is told";
    }
}

TEST(PasswordList, StampsChangeWithEachPart) {
    const auto one = list("u:p\nv:q");
    const auto other = list("u:changed\nv:q");
    EXPECT_EQ(one.stamp({"u", "p"}), list("u:p").stamp({"u", "p"}));
    EXPECT_NE(one.stamp({"u", "p"}), one.stamp({"u", "q"}));
    EXPECT_NE(one.stamp({"u", "p"}), one.stamp({"v", "p"}));
    EXPECT_NE(one.stamp({"u", "p"}), other.stamp({"u", "p"}));
    EXPECT_EQ(one.stamp({"v", "q"}), other.stamp({"v", "q"}));
}

} // namespace basic_auth_test
