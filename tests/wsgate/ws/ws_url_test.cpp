// URLs of WebSockets: what of them goes where.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/ws_url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ws_url_test {

namespace {

using wsgate::parse_ws_url;
using wsgate::ws_url;

} // namespace

TEST(WsUrl, IsTakenApart) {
    struct row {
        const char* text;
        ws_url url;
        const char* shown;
    };

    for (const auto& [text, url, shown] : {
             row{"wss://desk.example/wsServer",
                 {true, "desk.example", 443, "desk.example", "/wsServer", {}},
                 "wss://desk.example:443/wsServer"},
             row{"WS://desk.example:6080",
                 {false, "desk.example", 6080, "desk.example:6080", "/", {}},
                 "ws://desk.example:6080/"},
             row{"https://[2001:db8::1]:8443/a/b?token=x&y",
                 {true, "2001:db8::1", 8443, "[2001:db8::1]:8443", "/a/b?token=x&y", {}},
                 "wss://[2001:db8::1]:8443/a/b"},
             row{"ws://u:p%40w@127.0.0.1?q",
                 {false, "127.0.0.1", 80, "127.0.0.1", "/?q", {"u", "p@w"}},
                 "ws://127.0.0.1:80/"},
             row{"http://h/%2e", {false, "h", 80, "h", "/%2e", {}}, "ws://h:80/%2e"},
         }) {
        const auto parsed = parse_ws_url(text);
        ASSERT_TRUE(std::holds_alternative<ws_url>(parsed)) << text;
        EXPECT_EQ(std::get<ws_url>(parsed), url) << text;
        EXPECT_EQ(to_string(std::get<ws_url>(parsed)), shown) << text;
    }
}

TEST(WsUrl, OthersAreRefusedWithoutRepeatingThem) {
    for (const auto* const text :
         {"", "desk.example", "/wsServer", "ftp://desk.example/", "wss://", "wss:///path",
          "wss://h:0/", "wss://h:65536/", "wss://h/a b", "wss://h/#part", "wss://u:hunter2@h:x/",
          "wss://h/\r\nEvil: yes"}) {
        const auto parsed = parse_ws_url(text);
        ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << text;
        EXPECT_EQ(std::get<std::string>(parsed).find("hunter2"), std::string::npos);
    }
}

TEST(BasicCredentials, AreBase64OfUserAndPassword) {
    EXPECT_EQ(wsgate::basic_credentials({"Aladdin", "open sesame"}),
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); // RFC 7617 2
    EXPECT_EQ(wsgate::basic_credentials({"", ""}), "Basic Og==");
}

} // namespace ws_url_test
