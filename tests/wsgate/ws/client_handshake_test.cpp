// The client's opening handshake: the request word for word, and every answer that is none.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/bytes.hpp"
#include "wsgate/http/request.hpp"
#include "wsgate/ws/client_handshake.hpp"
#include "wsgate/ws/server_handshake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace client_handshake_test {

namespace {

using net::client_response;
using net::client_response_field;
using wsgate::check_client_response;
using wsgate::opening_stage;

constexpr auto key = "dGhlIHNhbXBsZSBub25jZQ=="; // RFC 6455 1.3
constexpr auto accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

client_response good() {
    return {101,
            "Switching Protocols",
            {{"Upgrade", "websocket"},
             {"Connection", "Upgrade"},
             {"Sec-WebSocket-Accept", accepted},
             {"Sec-WebSocket-Protocol", "binary"}}};
}

client_response with(client_response r, const std::string& name, const std::string& value) {
    for (auto& field : r.fields) {
        if (field.name == name) {
            field.value = value;
            return r;
        }
    }
    r.fields.push_back({name, value});
    return r;
}

client_response without(client_response r, const std::string& name) {
    const auto is_it = [&name](const client_response_field& f) { return f.name == name; };
    r.fields.erase(std::remove_if(r.fields.begin(), r.fields.end(), is_it), r.fields.end());
    return r;
}

wsgate::ws_url url_of(const char* text) {
    return std::get<wsgate::ws_url>(wsgate::parse_ws_url(text));
}

} // namespace

TEST(OpeningRequest, IsWhatServersExpect) {
    EXPECT_EQ(wsgate::opening_request(url_of("wss://desk.example/wsServer?x=1"), {}, key),
              "GET /wsServer?x=1 HTTP/1.1\r\nHost: desk.example\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary\r\n\r\n");
    const auto more = wsgate::opening_request(
        url_of("ws://u:p@[::1]:81"), {"https://desk.example", {"X-A: b", "Cookie: c=d"}}, key);
    EXPECT_NE(more.find("Host: [::1]:81\r\n"), std::string::npos);
    EXPECT_NE(more.find("\r\nOrigin: https://desk.example\r\nAuthorization: Basic dTpw\r\n"
                        "X-A: b\r\nCookie: c=d\r\n\r\n"),
              std::string::npos);
}

TEST(OpeningRequest, IsAcceptedByOurOwnServer) {
    const auto text = wsgate::opening_request(url_of("ws://h/wsServer"), {}, key);
    wsgate::head_scanner scanner;
    ASSERT_EQ(scanner.feed(text), wsgate::head_scanner::state::complete);
    const auto parsed = wsgate::parse_head(text);
    ASSERT_TRUE(std::holds_alternative<wsgate::request>(parsed));
    const auto opened = wsgate::check_opening(std::get<wsgate::request>(parsed));
    ASSERT_TRUE(std::holds_alternative<wsgate::opening>(opened));
    const auto answer = wsgate::switching_protocols(std::get<wsgate::opening>(opened));
    net::client_response_reader reader;
    ASSERT_EQ(reader.feed(answer), net::client_response_reader::state::complete);
    EXPECT_EQ(check_client_response(reader.value(), key, {}), std::nullopt);
}

TEST(OpeningReply, MayBeWrittenInManyWays) {
    EXPECT_EQ(check_client_response(good(), key, {}), std::nullopt);
    EXPECT_EQ(check_client_response(without(good(), "Sec-WebSocket-Protocol"), key, {}),
              std::nullopt);
    EXPECT_EQ(check_client_response(with(good(), "Upgrade", "WebSocket"), key, {}), std::nullopt);
    EXPECT_EQ(check_client_response(with(good(), "Connection", "keep-alive, UPGRADE"), key, {}),
              std::nullopt);
}

TEST(OpeningReply, MustProveThatItUnderstood) {
    auto twice = good();
    twice.fields.push_back({"Sec-WebSocket-Accept", accepted});
    auto two_protocols = good();
    two_protocols.fields.push_back({"Sec-WebSocket-Protocol", "binary"});
    for (const auto& r :
         {without(good(), "Upgrade"), with(good(), "Upgrade", "h2c"), without(good(), "Connection"),
          with(good(), "Connection", "close"), without(good(), "Sec-WebSocket-Accept"),
          with(good(), "Sec-WebSocket-Accept", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), twice,
          with(good(), "Sec-WebSocket-Protocol", "base64"),
          with(good(), "Sec-WebSocket-Protocol", ""), two_protocols,
          with(good(), "Sec-WebSocket-Extensions", "permessage-deflate")}) {
        const auto problem = check_client_response(r, key, {});
        ASSERT_TRUE(problem);
        EXPECT_EQ(problem->stage, opening_stage::accept);
    }
    EXPECT_TRUE(check_client_response(good(), "AAAAAAAAAAAAAAAAAAAAAA==", {}));
}

TEST(OpeningReply, OtherStatusesAreExplained) {
    struct row {
        client_response answer;
        const char* text;
    };

    for (const auto& [answer, text] : {
             row{{404, "Not Found", {}}, "404 Not Found, has no WebSocket at this path"},
             row{{401, "Unauthorized", {}},
                 "401 Unauthorized, wants a user name and a password: "
                 "wss://user:password@host/..."},
             row{{302, "Found", {{"Location", "https://other.example/"}}},
                 "302 Found, redirected to https://other.example/: use that as --url"},
             row{{308, "", {{"Location", "/elsewhere/"}}},
                 "308 , redirected to wss://h:8443/elsewhere/: use that as --url"},
             row{{301, "", {}}, "301 "},
             row{{200, "OK", {}}, "200 OK, is a page and no WebSocket"},
             row{{503, "", {}}, "503 "},
         }) {
        const auto problem = check_client_response(answer, key, "wss://h:8443");
        ASSERT_TRUE(problem);
        EXPECT_EQ(problem->stage, opening_stage::http_status);
        EXPECT_EQ(problem->text, text);
    }
}

TEST(OpeningKey, IsBase64OfSixteenBytes) {
    EXPECT_EQ(wsgate::opening_key(
                  {'t', 'h', 'e', ' ', 's', 'a', 'm', 'p', 'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'}),
              key);
}

TEST(ExtraField, MustNotDisturbTheHandshake) {
    for (const auto* const good_one : {"X-Token: a", "Cookie: a=b; c=d", "User-Agent:x", "A:"}) {
        EXPECT_TRUE(wsgate::valid_field(good_one)) << good_one;
    }
    for (const auto* const bad :
         {"", "X", ": x", "X Y: z", "X : y", "X: a\r\nY: b", "X: a\nb", "Host: h", "host: h",
          "Connection: close", "Upgrade: x", "Sec-WebSocket-Key: x", "sec-websocket-protocol: x",
          "Origin: x", "Content-Length: 5", "Transfer-Encoding: chunked", "X: \x1b[0m"}) {
        EXPECT_FALSE(wsgate::valid_field(bad)) << bad;
    }
}

} // namespace client_handshake_test
