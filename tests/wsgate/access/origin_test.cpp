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
    std::optional<std::uint16_t> port{}; ///< that a proxy tells
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
        {"ftp://a.example", origin{"ftp", "a.example", 0}},
        {"https://a.example.", origin{"https", "a.example", 443}},
        {"http://[0:0:0:0:0:0:0:1]:8080", origin{"http", "[::1]", 8080}},
        {"file://", origin{"file", "", 0}},
        {"FILE://", origin{"file", "", 0}},
        {"capacitor://localhost", origin{"capacitor", "localhost", 0}},
        {"ionic://localhost:8100", origin{"ionic", "localhost", 8100}},
        {"app://.", origin{"app", ".", 0}},
        {"app://-", origin{"app", "-", 0}},
        {"chrome-extension://ABCdef", origin{"chrome-extension", "abcdef", 0}},
        {"moz-extension://8d9b-4f", origin{"moz-extension", "8d9b-4f", 0}},
        {"vscode-webview://1a~b%2f+c", origin{"vscode-webview", "1a~b%2f+c", 0}},
        {"iris.beep://x", origin{"iris.beep", "x", 0}},
        {"http://", std::nullopt},
        {"file://:1", std::nullopt},
        {"file:///", std::nullopt},
        {"app://a/b", std::nullopt},
        {"app://a:0", std::nullopt},
        {"1app://a", std::nullopt},
        {"a_b://a", std::nullopt},
        {"://a", std::nullopt},
        {"https://.", origin{"https", ".", 443}},
        {"https://a.example..", std::nullopt},
        {"https://[::1]x", std::nullopt},
        {"https://[fe80::1%eth0]", std::nullopt},
        {"https://[1.2.3.4]", std::nullopt},
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
        {"https://a.example", "https://a.example.", true, "the dot of a full name"},
        {"https://a.example.", "https://a.example", true, "the same, the other way"},
        {"https://a.example", "https://a.example..", false, "one dot only"},
        {"*.example.org", "https://a.example.org.", true, "a dot below a wildcard"},
        {"http://[::1]:8080", "http://[::1]:8080", true, "IPv6"},
        {"http://[0::1]:8080", "http://[::1]:8080", true, "written otherwise"},
        {"http://[::1]:8080", "http://[::2]:8080", false, "another address"},
        {"HTTPS://A.Example", "https://a.example", true, "a list in capitals"},
        {"file://", "file://", true, "an app's page"},
        {"file://", "null", false, "what browsers call such a page: anybody's frame may"},
        {"null", "file://", false, "nor the other way"},
        {"capacitor://localhost", "capacitor://localhost", true, "Capacitor on iOS"},
        {"capacitor://localhost", "ionic://localhost", false, "another scheme"},
        {"capacitor://localhost", "http://localhost", false, "a page of the same host"},
        {"app://.", "app://.", true, "Electron"},
        {"app://.", "app://", false, "another host"},
        {"Chrome-Extension://AbC", "chrome-extension://abc", true, "no case"},
        {"chrome-extension://abc", "chrome-extension://abcd", false, "another extension"},
        {"chrome-extension://abc", "chrome-extension://abc:80", false, "no port of its own"},
        {"ionic://localhost:80", "ionic://localhost", false, "nor here"},
        {"tauri://localhost,safari-web-extension://A-B", "safari-web-extension://a-b", true, "two"},
        {"*", "app://.", true, "any"},
        {"*.localhost", "app://x.localhost", false, "a wildcard is for web pages"},
        {"app://*.localhost", "app://x.localhost", true, "unless it says so"},
        {"same-host", "capacitor://gate.example", false, "an app's page is of no host"},
        {"same-host", "https://gate.example", true, "a dot in Host", "gate.example."},
        {"same-host", "https://gate.example.", true, "and in Origin", "gate.example"},
        {"same-host", "https://gate.example:8443", true, "a told port", "gate.example", 8443},
        {"same-host", "https://gate.example", true, "not used", "gate.example", 8443},
        {"same-host", "https://gate.example:8443", true, "an inner one", "gate.example:80", 8443},
        {"same-host", "https://gate.example", true, "the own one", "gate.example:80", 443},
        {"same-host", "https://gate.example:9", false, "neither", "gate.example:80", 8443},
        {"same-host", "https://evil.example:8443", false, "another host", "gate.example", 8443},
        {"same-host", "http://[::1]:6080", true, "IPv6, written otherwise", "[0:0::1]:6080"},
        {"same-host", "file://", false, "no host", ""},
        {"https://a.example", "", false, "an empty value"},
        {"https://a.example", "https://a.example, https://a.example", false, "two values"},
    };
    for (const auto& r : table) {
        const auto list = origin_list::parse(r.list);
        ASSERT_TRUE(list) << r.list << ": " << list.error();
        EXPECT_EQ(list->admits(r.value, {r.host, r.port}), r.admitted)
            << r.list << " / " << r.value << " / " << r.host << ": " << r.why;
    }
}

TEST(OriginList, RefusesWhatIsNoOrigin) {
    for (const auto* text :
         {"", ",", "a.example", "https://a.example,", "https://a.example/path", "https://*", "*.",
          "a.*.example", "*example.org", "https://*.[::1]", "app://a/b", "1a://b",
          "file:", "file://:1", "same-host;null", "*..example.org"}) {
        const auto list = origin_list::parse(text);
        ASSERT_FALSE(list) << text;
        EXPECT_NE(list.error().find("such as https://"), std::string::npos);
    }
}

TEST(OriginList, IsTold) {
    for (const auto* text :
         {"https://a.example,*.example.org,https://*.b.example:8443,same-host,null,*,file://",
          "capacitor://localhost,app://.,http://[::1]:8080"}) {
        EXPECT_EQ(to_string(*origin_list::parse(text)), text);
    }
    EXPECT_EQ(to_string(*origin_list::parse("HTTPS://A:443")), "https://a");
}

TEST(OriginList, AdmitsNothingWhenEmpty) {
    EXPECT_FALSE(origin_list{}.admits("https://a.example", {"a.example"}));
}

} // namespace origin_test
