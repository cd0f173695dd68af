// Plain HTTP over real sockets: keep-alive, files, refusals, slow readers.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/descriptors.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

namespace http_test {

namespace {

using namespace std::chrono_literals;
using namespace support;

class web_site : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "wsgate-http-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        std::ofstream(directory_ / "index.html") << "<p>index";
        std::ofstream(directory_ / "rfb.js") << "export {}";
        std::ofstream(directory_ / "large") << std::string(large, 'x');
        config = loopback_gateway();
        config.web = directory_.string();
    }

    void TearDown() override { std::filesystem::remove_all(directory_); }

    static constexpr std::size_t large = 32 << 20;
    wsgate::config config;
    std::filesystem::path directory_;
};

struct answer {
    std::string head;
    std::string body;

    [[nodiscard]] std::string status() const { return head.substr(9, 3); }

    [[nodiscard]] std::string field(const std::string& name) const {
        const auto start = "\r\n" + name + ": ";
        const auto at = head.find(start);
        return at == std::string::npos
                   ? ""
                   : head.substr(at + start.size(), head.find("\r\n", at + 2) - at - start.size());
    }

    [[nodiscard]] bool has(std::string_view line) const {
        return head.find("\r\n" + std::string{line} + "\r\n") != std::string::npos;
    }
};

answer read_answer(plain_peer& peer, bool with_body = true) {
    answer a{peer.read_head(), ""};
    constexpr std::string_view name = "Content-Length: ";
    const auto at = a.head.find(name);
    if (a.status() == "304") {
        return a;
    }
    if (at == std::string::npos) {
        throw std::runtime_error("no Content-Length: " + a.head);
    }
    std::size_t size = 0;
    std::from_chars(a.head.data() + at + name.size(), a.head.data() + a.head.size(), size);
    if (with_body) {
        a.body = text_of(peer.stream().receive(size));
    }
    return a;
}

answer ask(plain_peer& peer, const std::string& start, const std::string& more = "") {
    peer.stream().send(bytes_of(start + "\r\nHost: h\r\n" + more + "\r\n"));
    return read_answer(peer, !start.starts_with("HEAD"));
}

} // namespace

TEST_F(web_site, ServesSeveralFilesOverOneConnection) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto index = ask(peer, "GET / HTTP/1.1");
    EXPECT_EQ(index.status(), "200");
    EXPECT_EQ(index.body, "<p>index");
    EXPECT_TRUE(index.has("Content-Type: text/html; charset=utf-8"));
    EXPECT_TRUE(index.has("Cache-Control: no-cache"));
    const auto head = ask(peer, "HEAD /rfb.js HTTP/1.1");
    EXPECT_EQ(head.status(), "200");
    EXPECT_TRUE(head.has("Content-Length: 9"));
    EXPECT_EQ(ask(peer, "GET /none HTTP/1.1").status(), "404");
    EXPECT_EQ(ask(peer, "GET /%2e%2e/etc/passwd HTTP/1.1").status(), "404");
    EXPECT_EQ(ask(peer, "POST / HTTP/1.1").status(), "405");
    EXPECT_EQ(ask(peer, "GET /websockify HTTP/1.1").status(), "426");
    EXPECT_EQ(ask(peer, "GET /rfb.js?x HTTP/1.1").body, "export {}");
    EXPECT_EQ(ask(peer, "GET /healthz HTTP/1.1").body, "ok\n");
    peer.open("/websockify");
}

TEST_F(web_site, SendsPartsAndWhatHasChanged) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto whole = ask(peer, "GET /rfb.js HTTP/1.1");
    EXPECT_EQ(whole.field("Accept-Ranges"), "bytes");
    const auto tag = whole.field("ETag");
    const auto part =
        ask(peer, "GET /rfb.js HTTP/1.1", "Range: bytes=7-\r\nIf-Range: " + tag + "\r\n");
    EXPECT_EQ(part.status(), "206");
    EXPECT_EQ(part.body, "{}");
    EXPECT_EQ(part.field("Content-Range"), "bytes 7-8/9");
    EXPECT_EQ(ask(peer, "GET /rfb.js HTTP/1.1", "Range: bytes=9-\r\n").status(), "416");
    EXPECT_EQ(ask(peer, "GET /rfb.js HTTP/1.1", "If-None-Match: " + tag + "\r\n").status(), "304");
    EXPECT_EQ(ask(peer, "HEAD /rfb.js HTTP/1.1", "If-None-Match: " + tag + "\r\n").status(), "304");
    const auto since = "If-Modified-Since: " + whole.field("Last-Modified") + "\r\n";
    EXPECT_EQ(ask(peer, "GET /rfb.js HTTP/1.1", since).status(), "304");
    EXPECT_EQ(ask(peer, "GET /rfb.js HTTP/1.1", "If-Match: \"x\"\r\n").status(), "412");
    std::ofstream(directory_ / "rfb.js") << "export {1}";
    const auto changed = ask(peer, "GET /rfb.js HTTP/1.1", "If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(changed.status(), "200");
    EXPECT_EQ(changed.body, "export {1}");
    const auto again =
        ask(peer, "GET /rfb.js HTTP/1.1", "Range: bytes=7-\r\nIf-Range: " + tag + "\r\n");
    EXPECT_EQ(again.status(), "200"); // the part would not fit to what the client has
    EXPECT_EQ(again.body, "export {1}");
}

TEST_F(web_site, SendsAPartOfALargeFile) {
    std::ofstream(directory_ / "large", std::ios::app) << "the end";
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    EXPECT_EQ(ask(peer, "GET /large HTTP/1.1", "Range: bytes=-7\r\n").body, "the end");
    const auto most = ask(peer, "GET /large HTTP/1.1", "Range: bytes=3000000-\r\n");
    EXPECT_EQ(most.body.size(), large + 7 - 3000000);
    EXPECT_TRUE(most.body.ends_with("xthe end"));
    EXPECT_EQ(ask(peer, "GET /healthz HTTP/1.1").body, "ok\n");
}

TEST_F(web_site, SendsACompressedNeighbour) {
    std::ofstream(directory_ / "rfb.js.gz") << "squeezed";
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto plain = ask(peer, "GET /rfb.js HTTP/1.1");
    EXPECT_EQ(plain.body, "export {}");
    EXPECT_EQ(plain.field("Vary"), "Accept-Encoding");
    const auto gzip = ask(peer, "GET /rfb.js HTTP/1.1", "Accept-Encoding: br, gzip\r\n");
    EXPECT_EQ(gzip.body, "squeezed");
    EXPECT_EQ(gzip.field("Content-Encoding"), "gzip");
    EXPECT_EQ(gzip.field("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_NE(gzip.field("ETag"), plain.field("ETag"));
    EXPECT_EQ(ask(peer, "GET / HTTP/1.1", "Accept-Encoding: gzip\r\n").body, "<p>index");
}

TEST_F(web_site, GivesDirectoriesTheirSlash) {
    std::filesystem::create_directory(directory_ / "app");
    std::ofstream(directory_ / "app/vnc.html") << "viewer";
    std::filesystem::create_directory(directory_ / "empty");
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto moved = ask(peer, "GET /app?host=a HTTP/1.1");
    EXPECT_EQ(moved.status(), "301");
    EXPECT_EQ(moved.field("Location"), "./app/?host=a");
    EXPECT_EQ(ask(peer, "GET /app/?host=a HTTP/1.1").body, "viewer");
    EXPECT_EQ(ask(peer, "GET /empty HTTP/1.1").status(), "404");
    EXPECT_EQ(ask(peer, "GET /empty/ HTTP/1.1").status(), "404");
    EXPECT_EQ(ask(peer, "GET /.git HTTP/1.1").status(), "404");
}

TEST_F(web_site, AnswersPipelinedRequestsInOrder) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    peer.stream().send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /rfb.js HTTP/1.1\r\nHost: h\r\n\r\n"
                       "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    EXPECT_EQ(read_answer(peer).body, "<p>index");
    EXPECT_EQ(read_answer(peer).body, "export {}");
    EXPECT_EQ(read_answer(peer).body, "ok\n");
}

TEST_F(web_site, ClosesWhenAsked) {
    const running_gateway gateway(config);
    for (const auto* const start : {"GET / HTTP/1.0", "GET /none HTTP/1.0"}) {
        plain_peer peer(gateway.connect());
        EXPECT_TRUE(ask(peer, start).has("Connection: close"));
        EXPECT_TRUE(peer.stream().is_closed_by_peer());
    }
    plain_peer peer(gateway.connect());
    EXPECT_TRUE(ask(peer, "GET / HTTP/1.1", "Connection: close\r\n").has("Connection: close"));
    EXPECT_TRUE(peer.stream().is_closed_by_peer());
}

TEST_F(web_site, NeverTakesABodyForARequest) {
    const running_gateway gateway(config);
    const std::string inner = "GET /rfb.js HTTP/1.1\r\nHost: h\r\n\r\n";
    const auto size = std::to_string(inner.size());
    const auto chunk = "24\r\n" + inner + "\r\n0\r\n\r\n";
    const std::vector<std::pair<std::string, std::string>> table{
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + size + "\r\n\r\n" + inner, "405"},
        {"BREW / HTTP/1.1\r\nHost: h\r\nContent-Length: " + size + "\r\n\r\n" + inner, "501"},
        {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: " + size + "\r\n\r\n" + inner, "400"},
        {"HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: " + size + "\r\n\r\n" + inner, "400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk, "405"},
        {"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk, "400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: " + size +
             "\r\n\r\n" + inner,
         "405"},
    };
    for (const auto& [request, status] : table) {
        plain_peer peer(gateway.connect());
        peer.stream().send(bytes_of(request));
        const auto got = read_answer(peer, !request.starts_with("HEAD"));
        EXPECT_EQ(got.status(), status) << request;
        EXPECT_TRUE(got.has("Connection: close")) << request;
        EXPECT_TRUE(peer.stream().is_closed_by_peer()) << request;
    }
}

TEST_F(web_site, RefusesWhatTwoReadersCouldTakeForTwoThings) {
    const running_gateway gateway(config);
    const std::string next = "GET /rfb.js HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
    const std::vector<std::string> table{
        start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        start + "Content-Length: 5, 6\r\n\r\n",
        start + "Content-Length: +5\r\n\r\n",
        start + "Content-Length: 0x5\r\n\r\n",
        start + "Content-Length: -1\r\n\r\n",
        start + "Content-Length: 18446744073709551617\r\n\r\n",
        start + "Content-Length:\r\n\r\n",
        start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        start + "Transfer-Encoding: gzip\r\n\r\n",
        start + "Transfer-Encoding: gzip, chunked\r\n\r\n",
        start + "Transfer-Encoding: chunked, identity\r\n\r\n",
        start + "Transfer-Encoding: xchunked\r\n\r\n",
        start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
        start + "Transfer-Encoding:\x0b"
                "chunked\r\n\r\n",
        start + "Transfer-Encoding : chunked\r\n\r\n",
        start + "X: y\r\n Transfer-Encoding: chunked\r\n\r\n",
        start + "X: y\nTransfer-Encoding: chunked\r\n\r\n",
        start + "X: y\rTransfer-Encoding: chunked\r\n\r\n",
        start + std::string{"X: y\0z\r\n\r\n", 11},
        start + ": y\r\n\r\n",
        start + "X\r\n\r\n",
        start + "Host: other\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /\r\n\r\n",
    };
    for (const auto& request : table) {
        plain_peer peer(gateway.connect());
        peer.stream().send(bytes_of(request + next));
        const auto got = read_answer(peer);
        EXPECT_EQ(got.status(), "400") << request;
        EXPECT_TRUE(got.has("Connection: close")) << request;
        EXPECT_TRUE(peer.stream().is_closed_by_peer()) << request; // nobody answers `next`
    }
}

TEST_F(web_site, NamesItsMethods) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    for (const auto* const start :
         {"POST / HTTP/1.1", "PUT /rfb.js HTTP/1.1", "DELETE / HTTP/1.1", "TRACE / HTTP/1.1",
          "CONNECT h:80 HTTP/1.1", "POST /healthz HTTP/1.1"}) {
        const auto got = ask(peer, start, "X-Secret: 1\r\n");
        EXPECT_EQ(got.status(), "405") << start;
        EXPECT_EQ(got.field("Allow"), "GET, HEAD, OPTIONS") << start;
        EXPECT_EQ(got.body.find("Secret"), std::string::npos) << start;
    }
    EXPECT_EQ(ask(peer, "BREW / HTTP/1.1").status(), "501");
    EXPECT_EQ(ask(peer, "get / HTTP/1.1").status(), "501"); // case counts
}

TEST_F(web_site, RefusesAndCloses) {
    const running_gateway gateway(config);
    const std::vector<std::pair<std::string, std::string>> table{
        {"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\nHost: h\n\n", "400"},
        {"GET / HTTP/1.1\r\nHost : h\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
         "400"},
        {"\x16\x03\x01\x02", "400"},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", "414"},
        {"GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(70000, 'a') + "\r\n\r\n", "431"},
        {"GET / HTTP/3.0\r\nHost: h\r\n\r\n", "505"},
        {opening_request("/websockify", "Sec-WebSocket-Version: 13\r\n"), "400"},
        {opening_request("/websockify", "Sec-WebSocket-Protocol: base64\r\n"), "400"},
    };
    for (const auto& [request, status] : table) {
        plain_peer peer(gateway.connect());
        peer.stream().send(bytes_of(request));
        const auto got = read_answer(peer);
        EXPECT_EQ(got.status(), status) << request.substr(0, 60);
        EXPECT_TRUE(got.has("Connection: close")) << got.head;
        EXPECT_TRUE(peer.stream().is_closed_by_peer());
    }
}

TEST_F(web_site, LetsAClientReadTheRefusalOfALongRequest) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    peer.stream().send(
        bytes_of("GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(120000, 'a')));
    EXPECT_EQ(read_answer(peer).status(), "431"); // not a reset
}

TEST_F(web_site, TellsBrowsersWhatTheyMayDo) {
    config.files.max_age = 5s;
    config.files.frame_options = "DENY";
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto script = ask(peer, "GET /rfb.js HTTP/1.1");
    EXPECT_EQ(script.field("Cache-Control"), "max-age=5");
    EXPECT_EQ(script.field("X-Frame-Options"), "DENY");
    const auto page = ask(peer, "GET / HTTP/1.1");
    EXPECT_EQ(page.field("Cache-Control"), "no-cache");
    EXPECT_EQ(page.field("X-Frame-Options"), "DENY");
}

TEST_F(web_site, SendsALargeFileAsFastAsItIsRead) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto got = ask(peer, "GET /large HTTP/1.1");
    EXPECT_EQ(got.body.size(), large);
    EXPECT_EQ(ask(peer, "GET /healthz HTTP/1.1").body, "ok\n");
}

TEST_F(web_site, DropsAClientThatStopsReading) {
    config.limits.no_progress = 50ms;
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    peer.stream().send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    // Nothing is read, so no FIN can come: the gateway's descriptor tells.
    (void)peer.stream().receive(1); // it has begun
    const auto before = open_descriptors();
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (open_descriptors() >= before && std::chrono::steady_clock::now() < until) {
        ::poll(nullptr, 0, 1);
    }
    EXPECT_THROW((void)peer.stream().receive(large), std::runtime_error);
}

TEST_F(web_site, WaitsForASlowReaderHoweverLongTheWholeTakes) {
    config.limits.no_progress = 500ms;
    constexpr std::size_t step = 8192; // so slow that the socket is not writable for longer
    std::ofstream(directory_ / "some") << std::string(60 * step, 'x');
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const int least = 16384;
    ::setsockopt(peer.stream().native_handle(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    peer.stream().send("GET /some HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    EXPECT_TRUE(peer.read_head().starts_with("HTTP/1.1 200 "));
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 60; ++i) {
        ASSERT_EQ(peer.stream().receive(step).size(), step) << i;
        ::poll(nullptr, 0, 40); // being slow is what is tested
    }
    EXPECT_GT(std::chrono::steady_clock::now() - began, 2 * config.limits.no_progress);
    EXPECT_EQ(ask(peer, "GET /healthz HTTP/1.1").body, "ok\n");
}

TEST_F(web_site, TellsWhyEachHandshakeIsRefusedAndNoSecret) {
    config.log_level = service::log_level::info;
    config.limits.max_head = 8192;
    config.limits.handshake = 300ms;
    running_gateway gateway(config);
    const auto opening = opening_request("/nope?token=secret");
    const std::vector<std::pair<std::string, std::string>> table{
        {opening, "path=/nope status=404 cause=\"no WebSocket here\""},
        {"GET /websockify HTTP/1.0\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.0"},
        {"GET /websockify HTTP/1.1\r\nHost: h\r\n\r\n", "path=/websockify status=426"},
        {"GET /websockify?token=secret HTTP/1.1\r\n\r\n", "exactly one Host"},
        {"GET /a?token=secret HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nA : b\r\n\r\n",
         "path=/a status=400"},
        {"POST /websockify HTTP/1.1\r\nHost: h\r\n\r\n", "status=405"},
        {"GET /a HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(9000, 'a') + "\r\n\r\n",
         "status=431 cause=\"the request head is too large\" advice=\"--max-head"},
        {std::string{"\x16\x03\x01\x02\0\x01", 6}, "TLS came"},
        {"GET /late?token=secret HTTP/1.1\r\nHost: h", "path=/late cause=\"the request head did"},
    };
    for (const auto& [request, told] : table) {
        plain_peer peer(gateway.connect());
        peer.stream().send(bytes_of(request));
        const auto line = gateway.lines.wait_for(" refused ");
        EXPECT_NE(line.find(told), std::string::npos) << line;
        EXPECT_NE(line.find(" info "), std::string::npos) << line;
        EXPECT_EQ(line.find("secret"), std::string::npos) << line;
    }
    plain_peer peer(gateway.connect());
    EXPECT_EQ(ask(peer, "GET /wp-login.php HTTP/1.1").status(), "404"); // of no interest
    peer.stream().send("GET /cut HTTP/1.1\r\n"_bytes);
    ::shutdown(peer.stream().native_handle(), SHUT_WR);
    EXPECT_NE(gateway.lines.wait_for(" refused ").find("path=/cut"), std::string::npos);
}

TEST_F(web_site, GoesOnAfterALongHead) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto cookie = "Cookie: " + std::string(60'000, 'a') + "\r\n";
    EXPECT_EQ(ask(peer, "GET /rfb.js HTTP/1.1", cookie).body, "export {}");
    EXPECT_EQ(ask(peer, "GET /rfb.js HTTP/1.1", cookie).body, "export {}");
}

TEST_F(web_site, TellsHowLongAConnectionIsKept) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    EXPECT_EQ(ask(peer, "GET / HTTP/1.1").field("Keep-Alive"), "timeout=75");
    EXPECT_EQ(ask(peer, "GET /none HTTP/1.1").field("Keep-Alive"), "timeout=75");
    EXPECT_EQ(ask(peer, "GET / HTTP/1.1", "Connection: close\r\n").field("Keep-Alive"), "");
}

TEST_F(web_site, GivesALaterHeadNoMoreTimeThanTheFirst) {
    config.limits.handshake = 50ms;
    running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    EXPECT_EQ(ask(peer, "GET / HTTP/1.1").status(), "200");
    peer.stream().send("GET / HTTP/1.1\r\n"_bytes);
    EXPECT_TRUE(peer.stream().is_closed_by_peer()); // long before keep_alive
}

TEST_F(web_site, ClosesTheOldestIdleConnectionWhereThereAreTooMany) {
    config.threads = 1; // so that each waits again before the next one is answered
    config.access.limits.handshakes = 2;
    const running_gateway gateway(config);
    plain_peer first(gateway.connect());
    plain_peer second(gateway.connect());
    EXPECT_EQ(ask(first, "GET / HTTP/1.1").status(), "200");
    EXPECT_EQ(ask(second, "GET / HTTP/1.1").status(), "200");
    plain_peer third(gateway.connect());
    EXPECT_EQ(ask(third, "GET / HTTP/1.1").status(), "200");
    EXPECT_TRUE(first.stream().is_closed_by_peer());
    EXPECT_EQ(ask(second, "GET / HTTP/1.1").status(), "200");
}

TEST_F(web_site, TellsBrowsersToComeByTlsOnlyWhereTheyDo) {
    config.hsts = "max-age=31536000";
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    const auto told = [&peer](const std::string& path, const std::string& fields) {
        return ask(peer, "GET " + path + " HTTP/1.1", fields).field("Strict-Transport-Security");
    };
    EXPECT_EQ(told("/", ""), "");
    EXPECT_EQ(told("/", "X-Forwarded-Proto: http\r\n"), "");
    for (const auto* const path : {"/", "/none", "/healthz"}) {
        EXPECT_EQ(told(path, "X-Forwarded-Proto: HTTPS, http\r\n"), "max-age=31536000") << path;
    }
    config.access.proxies.trusted.clear();
    const running_gateway strict(config);
    plain_peer stranger(strict.connect());
    EXPECT_EQ(ask(stranger, "GET / HTTP/1.1", "X-Forwarded-Proto: https\r\n")
                  .field("Strict-Transport-Security"),
              "");
}

TEST_F(web_site, ServesPagesByAnySpellingAndLeadsNobodyAway) {
    std::filesystem::create_directory(directory_ / "app");
    std::ofstream(directory_ / "app/vnc.html") << "viewer";
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    EXPECT_EQ(ask(peer, "GET //rfb.js HTTP/1.1").body, "export {}");
    EXPECT_EQ(ask(peer, "GET /app//vnc.html HTTP/1.1").body, "viewer");
    EXPECT_EQ(ask(peer, "GET //app?//evil.example HTTP/1.1").field("Location"),
              "./app/?//evil.example");
    EXPECT_EQ(ask(peer, "GET //evil.example/%2e%2e HTTP/1.1").body, "<p>index");
    EXPECT_EQ(ask(peer, "GET //evil.example HTTP/1.1").status(), "404");
    peer.open("/app/websockify");
}

TEST_F(web_site, DropsAnIdleConnection) {
    config.limits.keep_alive = 50ms;
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    EXPECT_EQ(ask(peer, "GET / HTTP/1.1").status(), "200");
    EXPECT_TRUE(peer.stream().is_closed_by_peer());
}

TEST_F(web_site, AStartWithoutItsDirectoryFails) {
    config.web += "/none";
    EXPECT_THROW(const running_gateway gateway(config), std::runtime_error);
}

} // namespace http_test
