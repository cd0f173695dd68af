// Heads of HTTP answers: sloppy ones are understood, others are refused, in any cut.
// SPDX-License-Identifier: EUPL-1.2
#include "net/http/client_response.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace client_response_test {

namespace {

using net::client_response;
using net::client_response_reader;
using support::bytes_of;
using support::text_of;
using state = client_response_reader::state;

struct row {
    const char* why;
    std::string head;
    client_response expected;
};

struct refused_row {
    const char* why;
    std::string head;
    std::string reason;
};

} // namespace

TEST(ReplyReader, UnderstandsTheTableInEveryCut) {
    const row rows[] = {
        {"the usual",
         "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n",
         {200, "Connection established", {{"Via", "1.1 proxy"}}}},
        {"no reason", "HTTP/1.1 200\r\n\r\n", {200, "", {}}},
        {"a blank for a reason", "HTTP/1.1 200 \r\n\r\n", {200, "", {}}},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", {200, "OK", {}}},
        {"lines without CR", "HTTP/1.0 407 No\nA: b\n\n", {407, "No", {{"A", "b"}}}},
        {"an empty value, blanks around one",
         "HTTP/1.1 101 X\r\nA:\r\nB: \t c d \t\r\n\r\n",
         {101, "X", {{"A", ""}, {"B", "c d"}}}},
        {"a folded field",
         "HTTP/1.1 407 X\r\nProxy-Authenticate: Basic\r\n  realm=\"x\"\r\n\r\n",
         {407, "X", {{"Proxy-Authenticate", "Basic realm=\"x\""}}}},
        {"an interim answer before it",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n",
         {200, "OK", {{"A", "b"}}}},
        {"several of them, with fields",
         "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n"
         "Link: </b>\r\n\r\nHTTP/1.1 103 Early Hints\n\nHTTP/1.1 204\r\n\r\n",
         {204, "", {}}},
        {"101, which is final, after one",
         "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n",
         {101, "X", {{"Upgrade", "websocket"}}}},
        {"lengths that mean nothing where no body is read",
         "HTTP/1.1 200 OK\r\nContent-Length: 7, 7\r\nContent-Length: x\r\n"
         "Transfer-Encoding: chunked\r\n\r\n",
         {200,
          "OK",
          {{"Content-Length", "7, 7"}, {"Content-Length", "x"}, {"Transfer-Encoding", "chunked"}}}},
        {"bytes above ASCII",
         "HTTP/1.1 200 Verbindung gew\xe4hrt\r\n\r\n",
         {200, "Verbindung gew\xe4hrt", {}}},
    };
    for (const auto& r : rows) {
        const auto wire = bytes_of(r.head + "behind");
        support::for_each_split(wire, [&r](const auto& parts) {
            client_response_reader reader;
            auto now = state::incomplete;
            for (const auto part : parts) {
                if (now == state::incomplete) {
                    now = reader.feed(text_of(part));
                }
            }
            EXPECT_EQ(now, state::complete) << r.why;
            EXPECT_EQ(reader.size(), r.head.size()) << r.why;
            EXPECT_EQ(reader.value(), r.expected) << r.why;
        });
    }
}

TEST(ReplyReader, RefusesTheTableInEveryCut) {
    const std::string status = "HTTP/1.1 200 OK\r\n";
    const refused_row rows[] = {
        {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "this is not HTTP"},
        {"as soon as it shows", "HTP", "this is not HTTP"},
        {"an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", "this is not HTTP"},
        {"HTTP/2", "HTTP/2 200\r\n\r\n", "this is not HTTP"},
        {"two digits", "HTTP/1.1 20 OK\r\n\r\n", "this is not HTTP"},
        {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", "this is not HTTP"},
        {"a status of 0", "HTTP/1.1 099 OK\r\n\r\n", "this is not HTTP"},
        {"no blank", "HTTP/1.1200 OK\r\n\r\n", "this is not HTTP"},
        {"no colon", status + "Via proxy\r\n\r\n", "a field without a name"},
        {"no name", status + ": x\r\n\r\n", "a field without a name"},
        {"a blank before the colon", status + "Via : x\r\n\r\n", "a field without a name"},
        {"folded before any field", status + " x\r\n\r\n", "a field without a name"},
        {"nonsense behind an interim answer", "HTTP/1.1 100 X\r\n\r\nRFB 003.008\n",
         "this is not HTTP"},
        {"a NUL", status + std::string("A: \0\r\n\r\n", 8), "control bytes in the head"},
        {"an escape", status + "A: \x1b[2J\r\n\r\n", "control bytes in the head"},
        {"a CR within a line", status + "A: b\rC: d\r\n\r\n", "control bytes in the head"},
    };
    for (const auto& r : rows) {
        support::for_each_split(bytes_of(r.head), [&r](const auto& parts) {
            client_response_reader reader;
            auto now = state::incomplete;
            for (const auto part : parts) {
                if (now == state::incomplete) {
                    now = reader.feed(text_of(part));
                }
            }
            EXPECT_EQ(now, state::refused) << r.why;
            EXPECT_EQ(reader.why(), r.reason) << r.why;
        });
    }
}

TEST(ReplyReader, TakesTheCookiesOfASignOn) {
    std::string cookies;
    for (int i = 0; i < 16; ++i) {
        cookies += "Set-Cookie: a" + std::to_string(i) + '=' + std::string(4096, 'x') + "\r\n";
    }
    client_response_reader reader;
    ASSERT_EQ(reader.feed("HTTP/1.1 101 X\r\n" + cookies + "\r\n"), state::complete);
    EXPECT_EQ(reader.value().values("Set-Cookie").size(), 16U);
}

TEST(ReplyReader, InterimAnswersDoNotGoOnForEver) {
    client_response_reader reader;
    auto now = state::incomplete;
    for (std::size_t i = 0; i < client_response_reader::max_head && now == state::incomplete; ++i) {
        now = reader.feed("HTTP/1.1 100 X\r\n\r\n");
    }
    EXPECT_EQ(now, state::refused);
    EXPECT_EQ(reader.why(), "the head is too long");
}

TEST(Reply, TellsWhereItLeadsTo) {
    struct row {
        int status;
        const char* location;
        const char* expected;
    };

    for (const auto& [status, location, expected] : {
             row{301, "https://other.example/", "https://other.example/"},
             row{302, "https://u:secret@h:1/a@b?token=secret#secret", "https://h:1/a@b?..."},
             row{303, "https://u:secret@h", "https://h"},
             row{307, "//u:secret@h", "wss://h"},
             row{308, "/elsewhere?token=secret", "wss://desk.example/elsewhere?..."},
             row{302, "next#secret", "next"},
             row{302, "/\x1b[2J", "wss://desk.example/\\x1b[2J"},
             row{200, "https://other.example/", ""},
             row{404, "/", ""},
         }) {
        const client_response r{status, "", {{"location", location}}};
        EXPECT_EQ(net::redirected_to(r, "wss://desk.example"), expected) << location;
    }
    EXPECT_EQ(net::redirected_to({302, "", {}}, "wss://desk.example"), "");
}

TEST(ReplyReader, HasLimits) {
    const std::string status = "HTTP/1.1 200 OK\r\n";
    client_response_reader endless;
    EXPECT_EQ(endless.feed(status + std::string(client_response_reader::max_head, 'a')),
              state::refused);
    EXPECT_EQ(endless.why(), "the head is too long");

    std::string fields;
    for (std::size_t i = 0; i < client_response_reader::max_fields; ++i) {
        fields += "A: b\r\n";
    }
    EXPECT_EQ(client_response_reader{}.feed(status + fields + "\r\n"), state::complete);
    client_response_reader many;
    EXPECT_EQ(many.feed(status + fields + "A: b\r\n\r\n"), state::refused);
    EXPECT_EQ(many.why(), "too many fields");

    const auto fill =
        client_response_reader::max_head - status.size() - std::string{"A: \r\n\r\n"}.size();
    EXPECT_EQ(client_response_reader{}.feed(status + "A: " + std::string(fill, 'a') + "\r\n\r\n"),
              state::complete);
    EXPECT_EQ(
        client_response_reader{}.feed(status + "A: " + std::string(fill + 1, 'a') + "\r\n\r\n"),
        state::refused);
}

TEST(Reply, FindsFieldsWhateverTheirCase) {
    const client_response r{101, "", {{"connection", "keep-alive, UPGRADE"}, {"Connection", "x"}}};
    EXPECT_EQ(r.values("CONNECTION"), (std::vector<std::string_view>{"keep-alive, UPGRADE", "x"}));
    EXPECT_TRUE(r.values("Upgrade").empty());
}

} // namespace client_response_test
