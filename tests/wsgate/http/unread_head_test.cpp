// What is told of heads that are no requests.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/unread_head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace unread_head_test {

using wsgate::look_at_unread;
using namespace std::string_literals;

TEST(UnreadHead, NamesOtherProtocols) {
    const std::vector<std::pair<std::string, const char*>> table{
        {"\x16\x03\x01\x02\0\x01"s, "TLS"},
        {"\x16", "TLS"},
        {"RFB 003.008\n", "VNC"},
        {"PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r\n", "PROXY"},
        {"\r\n\r\n\0\r\nQUIT\n!"s, "PROXY"},
        {"\r", "PROXY"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"},
    };
    for (const auto& [text, what] : table) {
        const auto head = look_at_unread(text);
        EXPECT_NE(head.cause.find(what), std::string_view::npos) << testing::PrintToString(text);
        EXPECT_FALSE(head.advice.empty()) << testing::PrintToString(text);
        EXPECT_TRUE(head.asks_for_websocket) << testing::PrintToString(text);
    }
}

TEST(UnreadHead, FindsPathAndFieldsInWhatThereIs) {
    const std::vector<std::tuple<std::string, const char*, bool>> table{
        {"GET /a?token=s HTTP/1.1\r\nUPGRADE: websocket\r\n", "/a", true},
        {"GET /a HTTP/1.1\r\nsec-websocket-key: x", "/a", true},
        {"GET /a HTTP/1.1\r\nX: upgrade:\r\n", "/a", false},
        {"GET /a?token=s", "/a", false},
        {"GET ", "", false},
        {"GET", "", false},
        {"", "", false},
        {"P", "", false}, // may still become POST
        {"GET /a\nb HTTP/1.1", "/a", false},
    };
    for (const auto& [text, path, asks] : table) {
        const auto head = look_at_unread(text);
        EXPECT_EQ(head.path, path) << text;
        EXPECT_EQ(head.asks_for_websocket, asks) << text;
        EXPECT_EQ(head.cause, "") << text;
    }
}

} // namespace unread_head_test
