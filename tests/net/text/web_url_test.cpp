// URLs taken apart, and why some are none.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/web_url.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace web_url_test {

namespace {

using fault = net::web_url_fault;
using net::web_url;

} // namespace

TEST(WebUrl, IsTakenApart) {
    struct row {
        const char* text;
        web_url url;
    };

    for (const auto& [text, url] : std::initializer_list<row>{
             {"https://desk.example/hook", {"https", "desk.example", 0, "desk.example", "/hook"}},
             {"HTTP://desk.example:8080", {"HTTP", "desk.example", 8080, "desk.example:8080", "/"}},
             {"http://h:/", {"http", "h", 0, "h:", "/"}},
             {"https://[2001:db8::1]:8443/a/b?c=d",
              {"https", "2001:db8::1", 8443, "[2001:db8::1]:8443", "/a/b?c=d"}},
             {"ws://h?q", {"ws", "h", 0, "h", "/?q"}},
             {"ws://u:p%40w@h", {"ws", "h", 0, "h", "/", true, {"u", "p@w"}}},
             {"ws://@h", {"ws", "h", 0, "h", "/", true, {"", ""}}},
             {"http://h/#part", {"http", "h", 0, "h", "/", false, {}, true}},
         }) {
        const auto parsed = net::parse_web_url(text);
        ASSERT_TRUE(std::holds_alternative<web_url>(parsed)) << text;
        EXPECT_EQ(std::get<web_url>(parsed), url) << text;
    }
}

TEST(WebUrl, TellsWhatIsWrong) {
    struct row {
        const char* text;
        fault why;
    };

    for (const auto& [text, why] : std::initializer_list<row>{
             {"", fault::not_a_url},
             {"desk.example", fault::not_a_url},
             {"/path", fault::not_a_url},
             {"http://h/a b", fault::not_a_url},
             {"http://h/\r\nEvil: yes", fault::not_a_url},
             {"http://", fault::no_host},
             {"http:///path", fault::no_host},
             {"http:path", fault::no_host},
             {"http://h:0/", fault::bad_port},
             {"http://h:65536/", fault::bad_port},
             {"http://h:x/", fault::bad_port},
             {"https://b\xc3\xbcro.example/", fault::not_ascii},
             {"https://b%C3%BCro.example/", fault::not_ascii},
         }) {
        const auto parsed = net::parse_web_url(text);
        ASSERT_TRUE(std::holds_alternative<fault>(parsed)) << text;
        EXPECT_EQ(std::get<fault>(parsed), why) << text;
    }
}

} // namespace web_url_test
