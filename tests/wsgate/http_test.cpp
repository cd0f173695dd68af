// Plain HTTP over real sockets: keep-alive, files, refusals, slow readers.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

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

    [[nodiscard]] bool has(std::string_view line) const {
        return head.find("\r\n" + std::string{line} + "\r\n") != std::string::npos;
    }
};

answer read_answer(plain_peer& peer, bool with_body = true) {
    answer a{peer.read_head(), ""};
    constexpr std::string_view name = "Content-Length: ";
    const auto at = a.head.find(name);
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
    plain_peer peer(gateway.connect());
    const std::string inner = "GET /rfb.js HTTP/1.1\r\nHost: h\r\n\r\n";
    peer.stream().send(bytes_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                                std::to_string(inner.size()) + "\r\n\r\n" + inner));
    EXPECT_EQ(read_answer(peer).status(), "405");
    EXPECT_TRUE(peer.stream().is_closed_by_peer());
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
        {"GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(20000, 'a') + "\r\n\r\n", "431"},
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
    peer.stream().send(bytes_of("GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(60000, 'a')));
    EXPECT_EQ(read_answer(peer).status(), "431"); // not a reset
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
    const auto descriptors = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    (void)peer.stream().receive(1); // it has begun
    const auto before = descriptors();
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (descriptors() >= before && std::chrono::steady_clock::now() < until) {
        ::poll(nullptr, 0, 1);
    }
    EXPECT_THROW((void)peer.stream().receive(large), std::runtime_error);
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
