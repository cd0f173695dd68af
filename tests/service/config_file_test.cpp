// The lines of a file of options, and what is wrong with others.
// SPDX-License-Identifier: EUPL-1.2
#include "service/config_file.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace config_file_test {

namespace {

using namespace std::string_literals;
using service::bad_setting;
using service::parse_settings;
using service::setting;
using settings = std::vector<setting>;

void expect_read(const std::vector<std::pair<std::string, settings>>& table) {
    for (const auto& [text, expected] : table) {
        const auto parsed = parse_settings(text);
        ASSERT_TRUE(std::holds_alternative<settings>(parsed))
            << text << ": " << std::get<bad_setting>(parsed).why;
        EXPECT_EQ(std::get<settings>(parsed), expected) << text;
    }
}

} // namespace

TEST(Settings, AreLines) {
    expect_read({
        {"", {}},
        {"# nothing\n\n  \t\r\n", {}},
        {"; nothing\n", {}},
        {"web = /w", {{"web", "/w", 1}}},
        {"\nweb=/w\r\n  web-auth  \n", {{"web", "/w", 2}, {"web-auth", "", 3}}},
        {"listen = *:1\nlisten = *:2", {{"listen", "*:1", 1}, {"listen", "*:2", 2}}},
        {"route = /a=h:1", {{"route", "/a=h:1", 1}}},
        {"web =", {{"web", "", 1, true}}},
        {"web = # /w", {{"web", "", 1, true}}},
        {"[default]\nweb-auth", {{"web-auth", "", 2}}},
        {"listen = [::1]:6080", {{"listen", "[::1]:6080", 1}}},
        {"event-exec = /bin/hook a,b c", {{"event-exec", "/bin/hook a,b c", 1}}},
    });
}

TEST(Settings, OfASectionBecomeOne) {
    expect_read({
        {"[policy \"lab-*\"]\nview-only = yes\nfiles=no # none\n",
         {{"policy", "lab-* view-only=yes files=no", 1}}},
        {"a = 1\n[policy lab]\n\n[policy 'x'] # all\nview-only\ndeny = [A, B]\nrequire = C, D",
         {{"a", "1", 1},
          {"policy", "lab", 2},
          {"policy", "x view-only deny=A deny=B require=C,D", 4}}},
        {"[policy x]\nview-only\n[default]\nb = 2", {{"policy", "x view-only", 1}, {"b", "2", 4}}},
    });
    for (const auto* const text : {"[policy x", "[policy x y]", "[policy \"x]", "[Policy x]"}) {
        const auto parsed = parse_settings(text);
        ASSERT_TRUE(std::holds_alternative<bad_setting>(parsed)) << text;
        EXPECT_TRUE(std::get<bad_setting>(parsed).why.starts_with("a section is written as"))
            << text;
    }
    EXPECT_EQ(std::get<bad_setting>(parse_settings("[policy x]\nfiles =\n")).line, 2U);
}

TEST(Settings, MayBeWrittenByOtherSystems) {
    const auto mark = "\xef\xbb\xbf"s;
    expect_read({
        {mark + "web = /w\r\nweb-auth\r\n", {{"web", "/w", 1}, {"web-auth", "", 2}}},
        {mark + "# a comment\nweb = /w", {{"web", "/w", 2}}},
        {mark + "[default]\r\nweb = /w \t", {{"web", "/w", 2}}},
        {"web = /w\rweb-auth", {{"web", "/w", 1}, {"web-auth", "", 2}}},
        {"bind = [\r\n  a,\r\n  b\r\n]\r\n", {{"bind", "a", 2}, {"bind", "b", 3}}},
    });
    const auto parsed = parse_settings("\xff\xfew\0e\0b\0"s);
    EXPECT_NE(std::get<bad_setting>(parsed).why.find("UTF-16"), std::string::npos);
}

TEST(Settings, EndWhereACommentBegins) {
    expect_read({
        {"web = /w # a comment", {{"web", "/w", 1}}},
        {"web = /w\t#", {{"web", "/w", 1}}},
        {"web = /w#1;2 ; 3", {{"web", "/w#1;2 ; 3", 1}}},
        {"web-auth # a = b", {{"web-auth", "", 1}}},
        {"listen = [::1]:1 # [a]", {{"listen", "[::1]:1", 1}}},
    });
}

TEST(Settings, MayBeQuoted) {
    expect_read({
        {"auth-source = \" a # b \"", {{"auth-source", " a # b ", 1}}},
        {"auth-source = ' a # b '  # c", {{"auth-source", " a # b ", 1}}},
        {"web = \"/w\"#c", {{"web", "/w", 1}}},
        {"web = \"a\"b\"", {{"web", "a\"b", 1}}},
        {R"(event-exec = "/hook 'a b' \"c d\"")", {{"event-exec", R"(/hook 'a b' "c d")", 1}}},
        {R"(event-exec = '/hook "a b" \d')", {{"event-exec", R"(/hook "a b" \d)", 1}}},
        {"bind = \"[a, b]\"", {{"bind", "[a, b]", 1}}},
    });
}

TEST(Settings, MayBeLists) {
    expect_read({
        {"bind = [\"127.0.0.1\", \"::1\"]", {{"bind", "127.0.0.1", 1}, {"bind", "::1", 1}}},
        {"bind = [127.0.0.1,::1] # both", {{"bind", "127.0.0.1", 1}, {"bind", "::1", 1}}},
        {"bind = [ ::1 ]", {{"bind", "::1", 1}}},
        {"bind = ['a, # b', c]", {{"bind", "a, # b", 1}, {"bind", "c", 1}}},
        {"bind = [ # two\n  a, # one\n  # none\n  'b',\n]\nweb = /w",
         {{"bind", "a", 2}, {"bind", "b", 4}, {"web", "/w", 6}}},
    });
}

TEST(Settings, AreRefusedByLine) {
    for (const auto& bad : {"--web = /w"s, "web /w"s, "= /w"s, "[web]"s, "Web = /w"s, "web = \"/w"s,
                            "web = \"\""s, "web = \""s, "web = '/w"s, R"(web = "/w\")"s,
                            "web = a\0b"s, "bind = []"s, "bind = ['a]"s, "bind = [a, '']"s}) {
        const auto parsed = parse_settings("\n" + bad + "\nweb = /w");
        ASSERT_TRUE(std::holds_alternative<bad_setting>(parsed)) << bad;
        EXPECT_EQ(std::get<bad_setting>(parsed).line, 2U) << bad;
    }
}

TEST(Settings, EndTheirListsAndHaveNoSections) {
    const auto why = [](const std::string& text) {
        return std::get<bad_setting>(parse_settings(text)).why;
    };
    EXPECT_EQ(why("bind = [a,\nb\n"), "a list is not closed: ] is missing");
    EXPECT_EQ(why("bind = [a\n\0]\n"s), "a NUL byte");
    EXPECT_EQ(why("bind = [a,\nb] c"), "there is something behind the ] of a list: c");
    EXPECT_EQ(why("bind = [ # none\n]"), "a list without a value");
    EXPECT_EQ(why("[ports]\n"), "there are no sections such as [ports]");
}

} // namespace config_file_test
