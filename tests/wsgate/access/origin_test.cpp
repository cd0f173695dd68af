// Lists of origins: what they take, what they admit.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/origin.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace origin_test {

namespace {

using wsgate::origin;
using wsgate::origin_list;
using wsgate::parse_origin;

struct row {
    std::string list;
    std::string value;
    bool admitted;
    std::string why;
    std::string host = "gate.example";
};

} // namespace

TEST(Origin, IsTakenApart) {
    const std::vector<std::pair<std::string, std::optional<origin>>> table{
        {"https://a.example", origin{"https", "a.example", 443}},
        {"http://a.example", origin{"http", "a.example", 80}},
        {"HTTPS://A.Example:443", origin{"https", "a.example", 443}},
        {"http://[2001:DB8::1]:81", origin{"http", "[2001:db8::1]", 81}},
        {"http://[::1]", origin{"http", "[::1]", 80}},
        {"wss://h", origin{"wss", "h", 443}},
        {"null", std::nullopt},
        {"", std::nullopt},
        {"a.example", std::nullopt},
        {"ftp://a.example", std::nullopt},
        {"https://", std::nullopt},
        {"https://a.example/", std::nullopt},
        {"https://a.example:", std::nullopt},
        {"https://a.example:0", std::nullopt},
        {"https://a.example:65536", std::nullopt},
        {"https://a.example:1x", std::nullopt},
        {"https://u@a.example", std::nullopt},
        {"https://a.example https://b.example", std::nullopt},
        {"https://[::1", std::nullopt},
        {"https://[]", std::nullopt},
        {"https://a]b", std::nullopt},
        {std::string{"https://a\0b", 11}, std::nullopt},
        {"https://" + std::string(256, 'a'), std::nullopt},
    };
    for (const auto& [text, expected] : table) {
        EXPECT_EQ(parse_origin(text), expected) << text;
    }
}

TEST(OriginList, AdmitsWhatItNames) {
    const std::vector<row> table{
        {"https://a.example", "https://a.example", true, "exact"},
        {"https://a.example", "https://A.EXAMPLE", true, "hosts have no case"},
        {"https://a.example", "https://a.example:443", true, "the scheme's own port"},
        {"https://a.example:443", "https://a.example", true, "the same, the other way"},
        {"https://a.example", "http://a.example", false, "another scheme"},
        {"https://a.example", "https://a.example:8443", false, "another port"},
        {"https://a.example", "https://b.a.example", false, "a name below"},
        {"https://a.example", "https://a.example.evil.example", false, "a name that goes on"},
        {"https://a.example", "https://evil-a.example", false, "a name that ends so"},
        {"https://a.example,http://b:81", "http://b:81", true, "the second"},
        {" https://a.example , http://b:81 ", "https://a.example", true, "blanks around"},
        {"*.example.org", "https://a.example.org", true, "any subdomain"},
        {"*.example.org", "http://a.example.org", true, "http as well"},
        {"*.example.org", "https://a.b.example.org", true, "at any depth"},
        {"*.example.org", "https://example.org", false, "not the domain itself"},
        {"*.example.org", "https://badexample.org", false, "at a dot only"},
        {"*.example.org", "https://.example.org", false, "an empty name"},
        {"*.example.org", "https://a.example.org:8443", false, "own ports only"},
        {"*.example.org", "ws://a.example.org", false, "web pages only"},
        {"*.example.org:8443", "https://a.example.org:8443", true, "a port of its own"},
        {"https://*.example.org", "http://a.example.org", false, "the scheme counts"},
        {"https://*.Example.org:444", "https://a.example.org:444", true, "all at once"},
        {"same-host", "https://gate.example", true, "as Host"},
        {"same-host", "http://GATE.example", true, "whatever the scheme"},
        {"same-host", "https://other.example", false, "not Host"},
        {"same-host", "https://gate.example:8443", false, "not its port"},
        {"same-host", "https://gate.example:8443", true, "its port", "Gate.example:8443"},
        {"same-host", "https://gate.example", true, "own port written", "gate.example:443"},
        {"same-host", "http://[::1]:6080", true, "IPv6", "[::1]:6080"},
        {"same-host", "https://gate.example", false, "no Host", ""},
        {"same-host", "null", false, "a page without origin"},
        {"same-host", "null", false, "even where Host says so", "null"},
        {"https://a.example", "null", false, "null is not listed"},
        {"null", "null", true, "null is listed"},
        {"null", "https://a.example", false, "only null is listed"},
        {"*", "null", true, "any"},
        {"*", "https://evil.example", true, "any"},
        {"https://a.example", "", false, "an empty value"},
        {"https://a.example", "https://a.example, https://a.example", false, "two values"},
    };
    for (const auto& r : table) {
        const auto list = origin_list::parse(r.list);
        ASSERT_TRUE(list) << r.list << ": " << list.error();
        EXPECT_EQ(list->admits(r.value, r.host), r.admitted)
            << r.list << " / " << r.value << " / " << r.host << ": " << r.why;
    }
}

TEST(OriginList, RefusesWhatIsNoOrigin) {
    for (const auto* text : {"", ",", "a.example", "https://a.example,", "https://a.example/path",
                             "https://*", "*.", "a.*.example", "*example.org", "https://*.[::1]",
                             "ftp://a.example", "same-host;null", "*..example.org"}) {
        const auto list = origin_list::parse(text);
        ASSERT_FALSE(list) << text;
        EXPECT_NE(list.error().find("such as https://"), std::string::npos);
    }
}

TEST(OriginList, AdmitsNothingWhenEmpty) {
    EXPECT_FALSE(origin_list{}.admits("https://a.example", "a.example"));
}

} // namespace origin_test
