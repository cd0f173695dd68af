// The opening handshake, rule by rule (RFC 6455 4.2).
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/server_handshake.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

namespace server_handshake_test {

namespace {

using wsgate::check_opening;
using wsgate::http::field;

/// The example of RFC 6455 1.3 with some lines changed; an empty value leaves the line out.
class request_text {
public:
    request_text& with(const std::string& name, const std::string& value) {
        fields_[name] = value;
        return *this;
    }

    request_text& add(const std::string& line) {
        more_ += line + "\r\n";
        return *this;
    }

    request_text& start(const std::string& line) {
        start_ = line;
        return *this;
    }

    [[nodiscard]] wsgate::request parse() const {
        auto text = start_ + "\r\n";
        for (const auto& [name, value] : fields_) {
            text += value.empty() ? "" : name + ": " + value + "\r\n";
        }
        return std::get<wsgate::request>(wsgate::parse_head(text + more_ + "\r\n"));
    }

    /// 101, or the status of the refusal.
    [[nodiscard]] unsigned status() const {
        const auto checked = check_opening(parse());
        const auto* refused = std::get_if<wsgate::refusal>(&checked);
        return refused == nullptr ? 101 : static_cast<unsigned>(refused->status);
    }

private:
    std::string start_ = "GET /websockify HTTP/1.1";
    std::string more_;
    std::map<std::string, std::string> fields_{
        {"Host", "h"},
        {"Upgrade", "websocket"},
        {"Connection", "Upgrade"},
        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
        {"Sec-WebSocket-Version", "13"},
    };
};

using ask = request_text;

} // namespace

TEST(Opening, AcceptValueIsTheOneOfTheRfc) {
    EXPECT_EQ(wsgate::accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Opening, FollowsTheTable) {
    const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
    const std::vector<std::tuple<const char*, request_text, unsigned>> table{
        {"the example", ask{}, 101},
        {"as Firefox", ask{}.with("Connection", "keep-alive, Upgrade"), 101},
        {"another case", ask{}.with("Upgrade", "WebSocket").with("Connection", "upgrade"), 101},
        {"several upgrades", ask{}.with("Upgrade", "h2c, websocket"), 101},
        {"one with a version", ask{}.with("Upgrade", "other/1, websocket"), 101},
        {"our name with a version", ask{}.with("Upgrade", "websocket/13"), 426},
        {"two Connection fields", ask{}.with("Connection", "keep-alive").add("Connection: upgrade"),
         101},
        {"extensions", ask{}.with("Sec-WebSocket-Extensions", "permessage-deflate"), 101},
        {"an empty body", ask{}.with("Content-Length", "0"), 101},
        {"POST", ask{}.start("POST / HTTP/1.1"), 400},
        {"HEAD", ask{}.start("HEAD / HTTP/1.1"), 400},
        {"HTTP/1.0", ask{}.start("GET / HTTP/1.0"), 400},
        {"a body", ask{}.with("Content-Length", "5"), 400},
        {"a chunked body", ask{}.with("Transfer-Encoding", "chunked"), 400},
        {"no Upgrade", ask{}.with("Upgrade", ""), 426},
        {"another Upgrade", ask{}.with("Upgrade", "h2c"), 426},
        {"no Connection", ask{}.with("Connection", ""), 400},
        {"another Connection", ask{}.with("Connection", "keep-alive"), 400},
        {"no version", ask{}.with("Sec-WebSocket-Version", ""), 426},
        {"version 8", ask{}.with("Sec-WebSocket-Version", "8"), 426},
        {"version 7", ask{}.with("Sec-WebSocket-Version", "7"), 426},
        {"version 013", ask{}.with("Sec-WebSocket-Version", "013"), 426},
        {"a list of versions", ask{}.with("Sec-WebSocket-Version", "13, 8"), 426},
        {"two versions", ask{}.add("Sec-WebSocket-Version: 13"), 400},
        {"no key", ask{}.with("Sec-WebSocket-Key", ""), 400},
        {"two keys", ask{}.add("Sec-WebSocket-Key: " + key), 400},
        {"a short key", ask{}.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j"), 400},
        {"a long key", ask{}.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZXh5enp5"), 400},
        {"17 bytes", ask{}.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTE="), 400},
        {"not base64", ask{}.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25*ZQ=="), 400},
        {"= within", ask{}.with("Sec-WebSocket-Key", "dGhlIHNhbXB=ZSBub25jZQ=="), 400},
    };
    for (const auto& [why, request, status] : table) {
        EXPECT_EQ(request.status(), status) << why;
    }
}

TEST(Opening, ChoosesTheSubprotocol) {
    struct row {
        std::vector<std::string> offers; // one a field
        unsigned status;
        bool binary = false;
    };

    const std::vector<row> table{
        {{}, 101},
        {{"binary"}, 101, true},
        {{"binary, base64"}, 101, true},
        {{"base64, binary"}, 101, true},
        {{"base64,binary"}, 101, true},
        {{"base64 ,\tbinary "}, 101, true},
        {{"base64", "binary"}, 101, true},
        {{"x", "y, binary"}, 101, true},
        {{"base64"}, 400},
        {{"base64", "x"}, 400},
        {{"x, base64"}, 400},
        {{"Binary"}, 101},
        {{"binary2"}, 101},
        {{"chat, superchat"}, 101},
        {{","}, 101},
    };
    for (const auto& [offers, status, binary] : table) {
        ask a;
        for (const auto& offer : offers) {
            a.add("Sec-WebSocket-Protocol: " + offer);
        }
        const auto checked = check_opening(a.parse());
        EXPECT_EQ(a.status(), status) << testing::PrintToString(offers);
        if (const auto* opening = std::get_if<wsgate::opening>(&checked)) {
            EXPECT_EQ(opening->subprotocol, binary ? "binary" : "")
                << testing::PrintToString(offers);
        }
    }
}

TEST(Opening, TakesBase64OnlyWhereItMay) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"base64", "base64"}, {"x, base64", "base64"}, {"base64, binary", "binary"}, {"x", ""}};
    for (const auto& [offers, answer] : table) {
        ask a;
        a.add("Sec-WebSocket-Protocol: " + offers);
        const auto checked = check_opening(a.parse(), {.base64 = wsgate::base64_offers::take});
        ASSERT_TRUE(std::holds_alternative<wsgate::opening>(checked)) << offers;
        EXPECT_EQ(std::get<wsgate::opening>(checked).subprotocol, answer) << offers;
    }
}

TEST(Opening, IsTakenAsWebsockifyTakesItWhereNoHarmComesOfIt) {
    const std::vector<std::tuple<const char*, request_text, bool>> table{
        {"the example", ask{}, true},
        {"a short key", ask{}.with("Sec-WebSocket-Key", "abc"), true},
        {"no base64", ask{}.with("Sec-WebSocket-Key", "not base64!"), true},
        {"no Connection", ask{}.with("Connection", ""), true},
        {"another Connection", ask{}.with("Connection", "close"), true},
        {"no key", ask{}.with("Sec-WebSocket-Key", ""), false},
        {"two keys", ask{}.add("Sec-WebSocket-Key: abc"), false},
        {"no Upgrade", ask{}.with("Upgrade", ""), false},
        {"version 8", ask{}.with("Sec-WebSocket-Version", "8"), false},
        {"HTTP/1.0", ask{}.start("GET / HTTP/1.0"), false},
        {"a body", ask{}.with("Content-Length", "5"), false},
    };
    for (const auto& [why, request, good] : table) {
        const auto checked =
            check_opening(request.parse(), {.style = wsgate::opening_style::websockify});
        EXPECT_EQ(std::holds_alternative<wsgate::opening>(checked), good) << why;
    }
}

TEST(Opening, TellsWhatAProxyHasLost) {
    const std::vector<std::pair<request_text, const char*>> table{
        {ask{}.start("GET / HTTP/1.0"), "proxy_http_version 1.1"},
        {ask{}.with("Upgrade", ""), "proxy_set_header Upgrade"},
        {ask{}.with("Connection", "close"), "proxy_set_header Connection"},
        {ask{}.with("Sec-WebSocket-Protocol", "base64"), "--base64"},
    };
    for (const auto& [request, advice] : table) {
        const auto no = std::get<wsgate::refusal>(check_opening(request.parse()));
        EXPECT_NE(no.advice.find(advice), std::string_view::npos) << no.why;
    }
}

TEST(Opening, AnswerHasExactlyWhatLiteralClientsLookFor) {
    EXPECT_EQ(wsgate::switching_protocols({"abc="}), "HTTP/1.1 101 Switching Protocols\r\n"
                                                     "Upgrade: websocket\r\n"
                                                     "Connection: Upgrade\r\n"
                                                     "Sec-WebSocket-Accept: abc=\r\n"
                                                     "Server: wsgate\r\n\r\n");
    EXPECT_EQ(wsgate::switching_protocols({"abc=", "binary"}),
              "HTTP/1.1 101 Switching Protocols\r\n"
              "Upgrade: websocket\r\n"
              "Connection: Upgrade\r\n"
              "Sec-WebSocket-Accept: abc=\r\n"
              "Sec-WebSocket-Protocol: binary\r\n"
              "Server: wsgate\r\n\r\n");
}

} // namespace server_handshake_test
