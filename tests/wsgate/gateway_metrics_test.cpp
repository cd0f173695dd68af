// What a gateway counts of real sessions, and of those that never became one.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/metric_value.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace gateway_metrics_test {

namespace {

using namespace std::chrono_literals;
using namespace support;

class counting : public testing::Test {
protected:
    counting() : config(loopback_gateway()) {
        config.server_target = {"127.0.0.1", target.port()};
        config.viewer_target = {"127.0.0.1", target.port()};
    }

    static std::string now(const running_gateway& g, const std::string& series) {
        return value_of(g.metrics(), series);
    }

    /// What is counted on another thread may take a moment to be seen.
    static bool becomes(const running_gateway& g, const std::string& series,
                        const std::string& value) {
        const auto patience = std::chrono::steady_clock::now() + 10s;
        while (now(g, series) != value) {
            if (std::chrono::steady_clock::now() > patience) {
                return false;
            }
            std::this_thread::yield();
        }
        return true;
    }

    static std::string failures(const std::string& reason) {
        return "wsgate_handshake_failures_total{reason=\"" + reason + "\"}";
    }

    static plain_peer open(const running_gateway& g, const std::string& path = "/websockify") {
        plain_peer peer(g.connect());
        peer.open(path);
        return peer;
    }

    /// The status of the answer.
    static std::string ask(const running_gateway& g, const std::string& request) {
        plain_peer peer(g.connect());
        peer.stream().send(bytes_of(request));
        return peer.read_head().substr(9, 3);
    }

    tcp_listener target;
    wsgate::config config;
};

void shrink_buffers(tcp_client& c) {
    const int small = 4096;
    ::setsockopt(c.native_handle(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
}

const bytes piece(65536, std::byte{'x'});

} // namespace

TEST_F(counting, SessionsAndTheirBytes) {
    running_gateway gateway(config);
    EXPECT_EQ(now(gateway, R"(wsgate_sessions_active{route="viewer"})"), "0");
    auto client = open(gateway);
    auto far = target.accept();
    client.send(binary_frame, "four");
    EXPECT_EQ(text_of(far.receive(4)), "four");
    far.send("seven77"_bytes);
    EXPECT_EQ(client.receive_data(7), "seven77");
    EXPECT_EQ(now(gateway, R"(wsgate_sessions_active{route="viewer"})"), "1");
    EXPECT_EQ(now(gateway, R"(wsgate_sessions_active{route="server"})"), "0");
    client.send(close_frame, close_text(1001));
    client.stream().close();
    far.close();
    (void)gateway.lines.wait_for(" end ");
    const auto text = gateway.metrics();
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_active{route="viewer"})"), "0");
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="viewer",result="completed"})"), "1");
    EXPECT_EQ(value_of(text, R"(wsgate_bytes_total{route="viewer",direction="up"})"), "4");
    EXPECT_EQ(value_of(text, R"(wsgate_bytes_total{route="viewer",direction="down"})"), "7");
    EXPECT_EQ(value_of(text, R"(wsgate_close_total{route="viewer",code="1001",side="client"})"),
              "1");
    EXPECT_EQ(value_of(text, "wsgate_target_connect_seconds_count"), "1");
}

TEST_F(counting, WhoEndedASession) {
    running_gateway gateway(config);
    auto client = open(gateway);
    target.accept().close();
    (void)client.receive();
    client.stream().close();
    (void)gateway.lines.wait_for(" end ");
    EXPECT_EQ(now(gateway, R"(wsgate_close_total{route="viewer",code="1000",side="target"})"), "1");
    auto rude = open(gateway);
    rude.send(text_frame, "words");
    rude.stream().close();
    target.accept().close();
    (void)gateway.lines.wait_for(" end ");
    EXPECT_EQ(now(gateway, R"(wsgate_close_total{route="viewer",code="1003",side="gateway"})"),
              "1");
}

TEST_F(counting, TargetsThatAreNotReached) {
    config.viewer_target.port = 1;
    running_gateway gateway(config);
    auto client = open(gateway);
    EXPECT_EQ(client.receive().first, close_frame);
    client.stream().close();
    (void)gateway.lines.wait_for(" end ");
    const auto text = gateway.metrics();
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="viewer",result="target_failed"})"),
              "1");
    EXPECT_EQ(
        value_of(text, R"(wsgate_target_connect_failures_total{route="viewer",reason="refused"})"),
        "1");
    EXPECT_EQ(value_of(text, "wsgate_target_connect_seconds_count"), "0");
}

TEST_F(counting, WhyHandshakesFail) {
    config.access.origins.by_path["/wsServer"] =
        *wsgate::origin_list::parse("https://good.example");
    config.access.limits.sessions.all = 1;
    running_gateway gateway(config);
    const std::vector<std::array<std::string, 3>> table{
        {"nonsense\r\n\r\n", "400", "bad_request"},
        {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n", "431",
         "too_large"},
        {opening_request("/nowhere"), "404", "not_found"},
        {opening_request("/wsServer", "Origin: https://bad.example\r\n"), "403", "origin"},
        {"GET /wsServer HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n",
         "426", "version"},
    };
    for (const auto& [request, status, reason] : table) {
        EXPECT_EQ(now(gateway, failures(reason)), "0") << reason;
        EXPECT_EQ(ask(gateway, request), status);
        EXPECT_EQ(now(gateway, failures(reason)), "1") << reason;
    }
    EXPECT_EQ(now(gateway, R"(wsgate_sessions_total{route="server",result="refused"})"), "1");

    const auto only = open(gateway);
    EXPECT_EQ(ask(gateway, opening_request("/websockify")), "503");
    EXPECT_EQ(now(gateway, failures("too_many")), "1");
    EXPECT_EQ(now(gateway, R"(wsgate_sessions_total{route="viewer",result="refused"})"), "1");
}

TEST_F(counting, PagesThatAreNotThereAreNoHandshakes) {
    running_gateway gateway(config);
    EXPECT_EQ(ask(gateway, "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"), "404");
    EXPECT_EQ(ask(gateway, "GET /websockify HTTP/1.1\r\nHost: h\r\n\r\n"), "426");
    EXPECT_EQ(now(gateway, failures("not_found")), "0");
    EXPECT_EQ(now(gateway, failures("version")), "0");
}

TEST_F(counting, RequestsThatNeverCome) {
    config.limits.handshake = 20ms;
    config.limits.keep_alive = 20ms;
    running_gateway gateway(config);
    EXPECT_TRUE(gateway.connect().is_closed_by_peer());
    EXPECT_TRUE(becomes(gateway, failures("timeout"), "1"));
    // Who asked once and has nothing to add has not failed.
    plain_peer idle(gateway.connect());
    idle.stream().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    (void)idle.read_head();
    (void)idle.stream().receive(3);
    EXPECT_TRUE(idle.stream().is_closed_by_peer());
    plain_peer slow(gateway.connect());
    slow.stream().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET "_bytes);
    (void)slow.read_head();
    (void)slow.stream().receive(3);
    EXPECT_TRUE(slow.stream().is_closed_by_peer());
    EXPECT_TRUE(becomes(gateway, failures("timeout"), "2"));
}

TEST_F(counting, ConnectionsDroppedForOthers) {
    config.access.limits.handshakes = 1;
    running_gateway gateway(config);
    auto oldest = gateway.connect();
    oldest.send("GET "_bytes);
    auto newest = gateway.connect();
    EXPECT_TRUE(oldest.is_closed_by_peer());
    EXPECT_TRUE(becomes(gateway, failures("too_many"), "1"));
}

TEST_F(counting, ConnectionsThatWereServedAreNoFailuresWhenDropped) {
    config.access.limits.handshakes = 1;
    config.threads = 1; // which is done with the one before it hears of the other
    running_gateway gateway(config);
    plain_peer served(gateway.connect());
    served.stream().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    (void)served.read_head();
    (void)served.stream().receive(3); // "ok\n"
    auto newest = gateway.connect();
    EXPECT_TRUE(served.stream().is_closed_by_peer());
    newest.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    EXPECT_EQ(text_of(newest.receive(12)), "HTTP/1.1 200");
    EXPECT_EQ(now(gateway, failures("too_many")), "0");
}

TEST_F(counting, ProxiesThatDoNotSayForWhom) {
    config.proxy.accept = true;
    running_gateway gateway(config);
    auto proxy = gateway.connect();
    proxy.send("GET / HTTP/1.1\r\n\r\n"_bytes);
    EXPECT_TRUE(proxy.is_closed_by_peer());
    EXPECT_TRUE(becomes(gateway, failures("proxy_header"), "1"));
}

TEST_F(counting, TimeToAPong) {
    config.bridge.ping = 20ms;
    running_gateway gateway(config);
    auto client = open(gateway);
    const auto far = target.accept();
    client.send(pong_frame, "nobody asked");
    EXPECT_EQ(client.receive().first, ping_frame);
    client.send(pong_frame, "");
    EXPECT_TRUE(becomes(gateway, R"(wsgate_ping_rtt_seconds_bucket{le="+Inf"})", "1"));
}

TEST_F(counting, StalledSessions) {
    running_gateway gateway(config);
    const std::string down = R"(wsgate_stalled_sessions{direction="down"})";
    const std::string up = R"(wsgate_stalled_sessions{direction="up"})";
    auto client = open(gateway);
    auto far = target.accept();
    shrink_buffers(client.stream());
    shrink_buffers(far);
    const auto fill = [](tcp_client& from, const bytes& what, const auto& is_enough) {
        while (!is_enough()) {
            (void)::send(from.native_handle(), what.data(), what.size(),
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        }
    };
    EXPECT_EQ(now(gateway, down), "0");
    fill(far, piece, [&] { return now(gateway, down) == "1"; });
    EXPECT_EQ(now(gateway, up), "0");
    // One frame without an end, so that it does not matter where a write is cut.
    client.stream().send(bytes_of(std::string("\x82\xff\x00\x00\x00\x7f\xff\xff\xff\xff"
                                              "\x00\x00\x00\x00",
                                              14)));
    fill(client.stream(), piece, [&] { return now(gateway, up) == "1"; });
    client.stream().reset();
    far.reset();
    EXPECT_TRUE(becomes(gateway, down, "0"));
    EXPECT_TRUE(becomes(gateway, up, "0"));
}

TEST_F(counting, CertificatesAndWhoFailsAtThem) {
    const scratch_directory files;
    const auto write = [&files](int days) {
        const auto made = make_certificate(days);
        return std::pair{files.file("c.pem", made.chain), files.file("k.pem", made.key)};
    };
    const auto [chain, key] = write(30);
    config.tls.certificates = {{chain, key}};
    running_gateway gateway(config);
    const auto series = "wsgate_tls_cert_not_after_seconds{certificate=\"" + chain + "\"}";
    const auto seconds = [&] { return std::stoll(now(gateway, series)); };
    const auto before = seconds();
    EXPECT_NEAR(static_cast<double>(before), static_cast<double>(std::time(nullptr)) + 29 * 86400.0,
                86400.0);
    auto stranger = gateway.connect();
    stranger.send(bytes_of("\x16\x03\x01\xff\xff rubbish"));
    EXPECT_TRUE(becomes(gateway, failures("tls"), "1"));

    (void)write(60);
    gateway.reload();
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_NEAR(static_cast<double>(seconds() - before), 30 * 86400.0, 86400.0);
}

TEST_F(counting, TargetsThatAreConnectedFirst) {
    config.session.connect_first = true;
    std::uint16_t nobody = 0;
    {
        const tcp_listener gone;
        nobody = gone.port();
    }
    config.server_target = {"127.0.0.1", nobody};
    running_gateway gateway(config);
    EXPECT_EQ(ask(gateway, opening_request("/wsServer")), "502");
    EXPECT_EQ(now(gateway, R"(wsgate_sessions_total{route="server",result="target_failed"})"), "1");
    EXPECT_EQ(now(gateway, "wsgate_target_connect_failures_total"
                           R"({route="server",reason="refused"})"),
              "1");
    EXPECT_EQ(now(gateway, R"(wsgate_sessions_active{route="server"})"), "0");
    const auto client = open(gateway);
    EXPECT_EQ(now(gateway, "wsgate_target_connect_seconds_count"), "1");
    const auto far = target.accept();
}

} // namespace gateway_metrics_test
