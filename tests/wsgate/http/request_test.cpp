// Request heads: limits, bytes that have no place there, and structure.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/bytes.hpp"
#include "wsgate/http/request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace request_test {

namespace {

using wsgate::head_scanner;
using state = head_scanner::state;
using namespace std::string_literals;

const std::string host = "Host: h\r\n";

/// 0: complete.
unsigned scan(std::string_view text) {
    head_scanner scanner;
    switch (scanner.feed(text)) {
    case state::complete:
        return 0;
    case state::refused:
        EXPECT_FALSE(scanner.why().why.empty());
        return static_cast<unsigned>(scanner.why().status);
    case state::incomplete:
        break;
    }
    return 1;
}

/// 0: parsed.
unsigned parse(std::string_view text) {
    EXPECT_EQ(scan(text), 0U) << text;
    const auto got = wsgate::parse_head(text);
    const auto* refused = std::get_if<wsgate::refusal>(&got);
    return refused == nullptr ? 0 : static_cast<unsigned>(refused->status);
}

/// What a head that is refused, by whichever part, counts as.
wsgate::handshake_failure counted(std::string_view text) {
    head_scanner scanner;
    if (scanner.feed(text) == state::refused) {
        return scanner.why().counted;
    }
    return std::get<wsgate::refusal>(wsgate::parse_head(text)).counted;
}

wsgate::request parsed(std::string_view text) {
    return std::get<wsgate::request>(wsgate::parse_head(text));
}

} // namespace

TEST(Request, HasAHostThatCanBeOne) {
    const auto is_taken = [](const std::string& value) {
        return std::holds_alternative<wsgate::request>(
            wsgate::parse_head("GET / HTTP/1.1\r\nHost:" + value + "\r\n\r\n"));
    };
    for (const auto* const good : {" h", " h:1", " h:", " vnc_server", " [2001:db8::7]",
                                   " [::1]:6080", " 192.0.2.7:65535", " m%c3%bcller.example", ""}) {
        EXPECT_TRUE(is_taken(good)) << good;
    }
    for (const auto* const bad : {" a, b", " a,b", " a b", " a/b", " u@h", " h:99999", " h:x",
                                  " [::1", " [::1]x", " h?x", " h#x", " h\\x", " 2001:db8::7"}) {
        EXPECT_FALSE(is_taken(bad)) << bad;
    }
}

TEST(HeadScanner, RefusesEveryByteThatHasNoPlace) {
    const std::vector<std::pair<std::string, unsigned>> table{
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 0},
        {"GET / HTTP/1.1\r\n\r\n", 0},
        {"GET / HTTP/1.1\r\nA:\r\nB: \t x\t\r\nC: \xff\xe4\r\n\r\n", 0},
        {"GET / HTTP/1.1\r\nHost: h\r\n", 1},
        {"GET / HTTP/1.1\nHost: h\n\n", 400},
        {"GET / HTTP/1.1\rHost: h\r\r", 400},
        {"GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: h\rA: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: h\r\n\rx", 400},
        {"GET / HTTP/1.1\r\nHost: h\r\n\n", 400},
        {"GET /\0 HTTP/1.1\r\n"s, 400},
        {"GET /\t HTTP/1.1\r\n", 400},
        {"GET /\x7f HTTP/1.1\r\n", 400},
        {"GET /\xc3\xa4 HTTP/1.1\r\n", 400},
        {"\r\nGET / HTTP/1.1\r\n", 400},
        {"GET / HTTP/1.1\r\nA: \0\r\n"s, 400},
        {"GET / HTTP/1.1\r\nA: \x01\r\n", 400},
        {"GET / HTTP/1.1\r\nA: \x7f\r\n", 400},
        {"GET / HTTP/1.1\r\nA : b\r\n", 400},
        {"GET / HTTP/1.1\r\nA\t: b\r\n", 400},
        {"GET / HTTP/1.1\r\nno colon\r\n", 400},
        {"GET / HTTP/1.1\r\nnocolon\r\n", 400},
        {"GET / HTTP/1.1\r\n: b\r\n", 400},
        {"GET / HTTP/1.1\r\nA\xe4: b\r\n", 400},
        {"GET / HTTP/1.1\r\nA\0: b\r\n"s, 400},
        {"GET / HTTP/1.1\r\nA(: b\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\r\n\tfolded\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n A: b\r\n\r\n", 400},
    };
    for (const auto& [text, status] : table) {
        EXPECT_EQ(scan(text), status) << testing::PrintToString(text);
        const auto all = support::bytes_of(text);
        support::for_each_split(all, [status = status](const auto& parts) {
            head_scanner scanner;
            auto now = state::incomplete;
            for (const auto part : parts) {
                if (now == state::incomplete) {
                    now = scanner.feed(support::text_of(part));
                }
            }
            EXPECT_EQ(now, status == 0   ? state::complete
                           : status == 1 ? state::incomplete
                                         : state::refused);
        });
    }
}

TEST(HeadScanner, KeepsTheLimits) {
    const auto line = [](std::size_t size) { // of so many bytes, CRLF not counted
        return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1";
    };
    EXPECT_EQ(scan(line(8192) + "\r\n\r\n"), 0U);
    EXPECT_EQ(scan(line(8193) + "\r\n\r\n"), 414U);

    const auto fields = [](std::size_t count) {
        std::string head = "GET / HTTP/1.1\r\n";
        for (std::size_t i = 0; i < count; ++i) {
            head += "A: b\r\n";
        }
        return head + "\r\n";
    };
    EXPECT_EQ(scan(fields(100)), 0U);
    EXPECT_EQ(scan(fields(101)), 431U);

    const auto head = [](std::size_t size) { // of so many bytes in all
        return "GET / HTTP/1.1\r\nA: " + std::string(size - 23, 'x') + "\r\n\r\n";
    };
    EXPECT_EQ(head(65536).size(), 65536U);
    EXPECT_EQ(parse(head(65536).insert(16, host).erase(28, host.size())), 0U);
    EXPECT_EQ(scan(head(65537)), 431U);
    EXPECT_EQ(scan("GET / HTTP/1.1\r\nA: " + std::string(70000, 'x')), 431U);
    EXPECT_EQ(head_scanner(100).feed(head(100)), state::complete);
    EXPECT_EQ(head_scanner(100).feed(head(101)), state::refused);
}

TEST(HeadScanner, RefusesAtTheVeryByte) {
    const auto good =
        "GET /a/path/of/some/length HTTP/1.1\r\nA-Name-Of-Some-Length: and a value\r\n"s;
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bad = good;
        bad[at] = '\x01';
        head_scanner scanner;
        EXPECT_EQ(scanner.feed(bad), state::refused) << at;
        EXPECT_EQ(scanner.size(), at + 1);
        head_scanner small(at + 1);
        EXPECT_EQ(small.feed(good), state::refused) << at;
        EXPECT_EQ(small.size(), at + 1);
        EXPECT_EQ(small.why().counted, wsgate::handshake_failure::too_large);
    }
}

TEST(HeadScanner, LeavesWhatIsBehindTheHeadAlone) {
    head_scanner scanner;
    const auto head = "GET / HTTP/1.1\r\n\r\n"s;
    EXPECT_EQ(scanner.feed(head + "\0\x01 anything"s), state::complete);
    EXPECT_EQ(scanner.size(), head.size());
}

TEST(ParseHead, JudgesTheStructure) {
    const std::vector<std::pair<std::string, unsigned>> table{
        {"GET / HTTP/1.1\r\n" + host + "\r\n", 0},
        {"GET / HTTP/1.0\r\n\r\n", 0},
        {"GET / HTTP/1.0\r\n" + host + "\r\n", 0},
        {"BREW / HTTP/1.1\r\n" + host + "\r\n", 0},
        {"GET http://h/x HTTP/1.1\r\n" + host + "\r\n", 0},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
        {"GET / HTTP/1.1\r\n" + host + "host: other\r\n\r\n", 400},
        {"GET / HTTP/1.0\r\n" + host + host + "\r\n", 400},
        {"GET / HTTP/2.0\r\n" + host + "\r\n", 505},
        {"GET / HTTP/1.2\r\n" + host + "\r\n", 505},
        {"GET /\r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
        {"GET / x HTTP/1.1\r\n" + host + "\r\n", 400},
        {"GET / http/1.1\r\n" + host + "\r\n", 400},
        {"nonsense\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\n", 0},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 0},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5, 6\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: +5\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: \r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 0},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: Chunked\r\n\r\n", 0},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n", 400},
        {"POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
         400},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"POST / HTTP/1.1\r\n" + host +
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
    };
    for (const auto& [text, status] : table) {
        EXPECT_EQ(parse(text), status) << text;
    }
}

TEST(ParseHead, KeepsMethodTargetAndFields) {
    const auto r = parsed("BREW /a?b HTTP/1.1\r\n" + host + "A: 1\r\na:  2 \r\n\r\n");
    EXPECT_EQ(r.method_string(), "BREW");
    EXPECT_EQ(r.target(), "/a?b");
    EXPECT_EQ(r.count("A"), 2U);
    EXPECT_EQ(r["A"], "1");
}

TEST(ParseHead, TakesTheHostOfAnAbsoluteForm) {
    const auto r = parsed("GET WSS://desk.example:8443/a?b HTTP/1.1\r\n" + host + "\r\n");
    EXPECT_EQ(r.target(), "/a?b");
    EXPECT_EQ(r[wsgate::http::field::host], "desk.example:8443");
    EXPECT_EQ(r.count(wsgate::http::field::host), 1U);
    EXPECT_EQ(parsed("GET http://h HTTP/1.1\r\n" + host + "\r\n").target(), "/");
    EXPECT_EQ(parsed("GET http://h?x HTTP/1.0\r\n\r\n").target(), "/?x");
    EXPECT_EQ(parse("GET http://u@h/ HTTP/1.1\r\n" + host + "\r\n"), 400U);
    EXPECT_EQ(parse("GET http://h/ HTTP/1.1\r\n\r\n"), 400U) << "Host is still needed";
    EXPECT_EQ(parse("GET http://h/ HTTP/1.1\r\n" + host + host + "\r\n"), 400U);
}

TEST(ParseHead, SaysWhatARefusedHeadCountsAs) {
    using why = wsgate::handshake_failure;
    const std::vector<std::pair<std::string, why>> table{
        {"nonsense\r\n\r\n", why::bad_request},
        {"GET / HTTP/1.1\n\n", why::bad_request},
        {"GET / HTTP/1.1\r\n\r\n", why::bad_request},
        {"GET / HTTP/2.0\r\n" + host + "\r\n", why::bad_request},
        {"GET /" + std::string(8192, 'a') + " HTTP/1.1\r\n\r\n", why::too_large},
        {"GET / HTTP/1.1\r\nA: " + std::string(70000, 'x'), why::too_large},
    };
    for (const auto& [text, reason] : table) {
        EXPECT_EQ(counted(text), reason) << text.substr(0, 40);
    }
}

TEST(ValueOf, IsThatOfTheFirstFieldOfTheName) {
    const auto r = parsed("GET / HTTP/1.1\r\nOrigin: a\r\nX-Own: 1\r\n" + host +
                          "ORIGIN: b\r\nx-OWN: 2\r\n\r\n");
    EXPECT_EQ(wsgate::value_of(r, wsgate::http::field::origin), "a");
    EXPECT_EQ(wsgate::count_of(r, wsgate::http::field::origin), 2U);
    EXPECT_EQ(wsgate::value_of(r, "x-own"), "1");
    EXPECT_EQ(wsgate::value_of(r, "x-ow"), "");
    EXPECT_EQ(wsgate::value_of(r, wsgate::http::field::upgrade), "");
    EXPECT_EQ(wsgate::count_of(r, wsgate::http::field::upgrade), 0U);
}

TEST(HasBody, IsAboutWhatIsAnnounced) {
    const auto with = [](const std::string& fields) {
        return wsgate::has_body(parsed("POST / HTTP/1.1\r\n" + host + fields + "\r\n"));
    };
    EXPECT_FALSE(with(""));
    EXPECT_FALSE(with("Content-Length: 0\r\n"));
    EXPECT_FALSE(with("Content-Length: 00\r\n"));
    EXPECT_TRUE(with("Content-Length: 10\r\n"));
    EXPECT_TRUE(with("Transfer-Encoding: chunked\r\n"));
}

TEST(HasToken, LooksAtAllFieldsAndWholeWords) {
    const auto r = parsed("GET / HTTP/1.1\r\n" + host +
                          "Connection: keep-alive, UPGRADE\r\nConnection: x\r\n\r\n");
    const auto has = [&r](std::string_view token) {
        return wsgate::has_token(r, wsgate::http::field::connection, token);
    };
    EXPECT_TRUE(has("upgrade"));
    EXPECT_TRUE(has("keep-alive"));
    EXPECT_TRUE(has("x"));
    EXPECT_FALSE(has("keep"));
    EXPECT_FALSE(has("upgraded"));
}

} // namespace request_test
