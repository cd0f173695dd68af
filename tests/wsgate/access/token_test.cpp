// Tokens as websockify reads them: files, requests, and where tokens may lead.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/token_file.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace token_test {

namespace {

using wsgate::bad_line;
using wsgate::parse_token_target;
using wsgate::target;
using wsgate::token_table;
using namespace std::string_literals;

std::string show(const std::optional<target>& t) {
    return t ? to_string(*t) : "none";
}

} // namespace

TEST(TokenTarget, IsSplitAtTheLastColon) {
    const std::vector<std::pair<std::string, std::optional<target>>> table{
        {"host:5900", target{"host", 5900, false}},
        {"192.0.2.7:1", target{"192.0.2.7", 1, false}},
        {"2001:db8::1:5900", target{"2001:db8::1", 5900, false}},
        {"::1:5900", target{"::1", 5900, false}},
        {"[::1]:5900", target{"::1", 5900, false}},
        {"unix_socket:/run/vnc", target{"/run/vnc", 0, true}},
        {"unix:/run/vnc:1", target{"/run/vnc:1", 0, true}},
        {"tls:host:5900", target{"host", 5900, false, true}},
        {"tls:[::1]:5900", target{"::1", 5900, false, true}},
        {"tls:::1:5900", target{"::1", 5900, false, true}},
        {"tls:5900", target{"tls", 5900, false}},
        {"tls:unix:/run/vnc", std::nullopt},
        {"tls:host:0", std::nullopt},
        {"tls::5900", std::nullopt},
        {"host:0", std::nullopt},
        {"host:65536", std::nullopt},
        {"host:-1", std::nullopt},
        {"host:59x", std::nullopt},
        {"host:", std::nullopt},
        {":5900", std::nullopt},
        {"host", std::nullopt},
        {"", std::nullopt},
        {"a b:5900", std::nullopt},
        {"a\0:5900"s, std::nullopt},
        {"[::1:5900", std::nullopt},
        {"unix_socket:run/vnc", std::nullopt},
        {"unix_socket:/", std::nullopt},
        {"unix_socket:/" + std::string(107, 'x'), std::nullopt},
        {std::string(256, 'a') + ":1", std::nullopt},
    };
    for (const auto& [text, expected] : table) {
        const auto got = parse_token_target(text);
        EXPECT_EQ(got, expected) << text;
        if (got) {
            EXPECT_EQ(parse_token_target(to_string(*got)), got) << text;
        }
    }
}

TEST(TokenFile, ReadsWebsockifysLines) {
    const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> table{
        {"a: host:5900", {"a", "host:5900"}},
        {"a:\thost:5900\r\n", {"a", "host:5900"}},
        {"  a: host:5900  ", {"a", "host:5900"}},
        {"a:   host:5900", {"a", "host:5900"}},
        {"a:b:c: host:5900", {"a:b:c", "host:5900"}},
        {"a b: host:5900", {"a b", "host:5900"}},
        {"a#b: host:5900", {"a#b", "host:5900"}},
        {"a: ::1:5900", {"a", "[::1]:5900"}},
        {"a: tls:host:5900", {"a", "tls:host:5900"}},
        {"a:b: tls:[::1]:5900", {"a:b", "tls:[::1]:5900"}},
        {"a: unix_socket:/run/vnc", {"a", "unix:/run/vnc"}},
        {"a: first:1\na: last:2", {"a", "last:2"}},
        {"#a: host:5900", {"a", "none"}},
        {"  # a: host:5900", {"# a", "none"}},
        {"\xef\xbb\xbf"s + "a: host:5900\r\n", {"a", "host:5900"}},
        {"# x\r\n\xef\xbb\xbf"s + "a: host:5900", {"a", "host:5900"}},
        {"# x\ra: host:5900", {"a", "host:5900"}},
        {"a : host:5900 \t\r\n", {"a", "host:5900"}},
        {"\n\n \n", {"a", "none"}},
        {"", {"", "none"}},
    };
    for (const auto& [text, expected] : table) {
        token_table t;
        EXPECT_EQ(read_token_lines(text, t), std::vector<bad_line>{}) << text;
        EXPECT_EQ(show(t.find(expected.first)), expected.second) << text;
        EXPECT_EQ(t.size(), expected.second == "none" ? 0U : 1U) << text;
    }
}

TEST(TokenFile, SkipsAndTellsWrongLines) {
    token_table t;
    const auto bad = read_token_lines("a:host:5900\n"
                                      "good: host:5900\n"
                                      ": host:5900\n"
                                      "a: host\n"
                                      "a:\n"
                                      "a: host:5900 # no comment\n"
                                      "a\0b: host:5900\n"s +
                                          std::string(1025, 'x') + ": host:5900\n",
                                      t);
    std::vector<std::size_t> numbers;
    for (const auto& b : bad) {
        numbers.push_back(b.number);
    }
    EXPECT_EQ(numbers, (std::vector<std::size_t>{1, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(t.size(), 1U);
    EXPECT_EQ(show(t.find("good")), "host:5900");
    EXPECT_EQ(show(t.find("goo")), "none");
    EXPECT_EQ(show(t.find("")), "none");
    EXPECT_EQ(show(t.find(std::string(1025, 'x'))), "none");
}

TEST(TokenFile, InUtf16IsToldAsOne) {
    token_table t;
    const auto bad = read_token_lines("\xff\xfe"
                                      "a\0:\0 \0h\0:\0"
                                      "1\0\n\0"s,
                                      t);
    ASSERT_EQ(bad.size(), 1U);
    EXPECT_NE(bad.front().why.find("UTF-16"), std::string_view::npos);
    EXPECT_EQ(t.size(), 0U);
}

TEST(TokenOfQuery, HasNoWhiteSpaceAtItsEnds) {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"/?token=office%0A", "office"},       {"/?token=office%0d%0a", "office"},
        {"/?token=office%20", "office"},       {"/?token=office+", "office"},
        {"/?token=office%09%0A%0A", "office"}, {"/?token=+office", "office"},
        {"/?token=of+fice", "of fice"},        {"/?token=office%00", "office\0"s},
        {"/?token=office%0Ax", "office\nx"},   {"/?token=%0A", std::nullopt},
        {"/?token=%20&token=b", "b"},          {"/?token=office%C2%A0", "office\xc2\xa0"},
    };
    for (const auto& [target, expected] : table) {
        EXPECT_EQ(wsgate::token_of_query(target), expected) << target;
    }
}

TEST(TokenOfQuery, IsTheFirstThatIsNotEmpty) {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"/websockify?token=a", "a"}, {"/?x=1&token=a&token=b", "a"},
        {"/?token=&token=b", "b"},    {"/?token=a%20b+c%2B", "a b c+"},
        {"/?tok%65n=a", "a"},         {"/?token=a=b", "a=b"},
        {"/?token=%zz%4", "%zz%4"},   {"/?token=a?b", "a?b"},
        {"http://h/p?token=a", "a"},  {"/?Token=a", std::nullopt},
        {"/?xtoken=a", std::nullopt}, {"/?token", std::nullopt},
        {"/?token=", std::nullopt},   {"/?", std::nullopt},
        {"/token=a", std::nullopt},   {"", std::nullopt},
    };
    for (const auto& [target, expected] : table) {
        EXPECT_EQ(wsgate::token_of_query(target), expected) << target;
    }
}

TEST(TokenOfHost, HasNoPort) {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"vm1.example", "vm1.example"},
        {"vm1.example:6080", "vm1.example"},
        {"[::1]:6080", "[::1]"},
        {"[::1]", "[::1]"},
        {"", std::nullopt},
        {":6080", std::nullopt},
    };
    for (const auto& [host, expected] : table) {
        EXPECT_EQ(wsgate::token_of_host(host), expected) << host;
    }
}

TEST(AllowedTargets, CoverWhatTheyName) {
    struct row {
        std::string rules;
        std::string target;
        bool covered;
    };

    const std::vector<row> table{
        {"10.0.0.0/8:5900-5999", "10.1.2.3:5900", true},
        {"10.0.0.0/8:5900-5999", "10.1.2.3:5999", true},
        {"10.0.0.0/8:5900-5999", "10.1.2.3:6000", false},
        {"10.0.0.0/8:5900-5999", "11.1.2.3:5900", false},
        {"10.0.0.0/8:5900", "10.1.2.3:5901", false},
        {"10.0.0.0/8:5900", "::ffff:10.1.2.3:5900", true},
        {"10.1.2.3:5900", "10.1.2.3:5900", true},
        {"0.0.0.0/0:1-65535", "localhost:5900", false}, // names are allowed by name
        {"0.0.0.0/0:1-65535", "0x0a.1:5900", false},    // and so are odd numbers
        {"[2001:db8::]/32:5900", "2001:db8::9:5900", true},
        {"2001:db8::/32:5900", "[2001:db8::9]:5900", true},
        {"host.example:5901", "HOST.example:5901", true},
        {"host.example:5901", "a.host.example:5901", false},
        {"a:1 , host.example:5901", "host.example:5901", true},
        {"unix:/run/vnc/", "unix_socket:/run/vnc/a", true},
        {"unix:/run/vnc/", "unix_socket:/run/vnc/../b", false},
        {"unix:/run/vnc/", "unix_socket:/run/vncb", false},
        {"unix:/run/vnc", "unix_socket:/run/vnc", true},
        {"unix:/run/vnc", "unix_socket:/run/vnc/a", false},
        {"unix:/run/vnc", "host:5900", false},
        {"10.0.0.0/8:1-65535", "unix:/run/vnc", false},
    };
    for (const auto& r : table) {
        const auto rules = wsgate::parse_target_rules(r.rules);
        ASSERT_TRUE(rules) << r.rules << ": " << rules.error();
        const auto target = parse_token_target(r.target);
        ASSERT_TRUE(target) << r.target;
        EXPECT_EQ(std::any_of(rules->begin(), rules->end(),
                              [&](const auto& rule) { return rule.covers(*target); }),
                  r.covered)
            << r.rules << " / " << r.target;
    }
}

TEST(AllowedTargets, RefuseWhatIsNoRule) {
    for (const auto* text :
         {"", "10.0.0.0/8", "10.0.0.0/33:5900", "10.0.0.0/8:", "10.0.0.0/8:0", "10.0.0.0/8:2-1",
          "10.0.0.0/8:1-", "host", "a b:1", "unix:run", "unix:/run/../etc/", "10.0.0.0/8:1,"}) {
        const auto rules = wsgate::parse_target_rules(text);
        ASSERT_FALSE(rules) << text;
        EXPECT_NE(rules.error().find("is not NETWORK:PORTS"), std::string::npos);
    }
}

} // namespace token_test
