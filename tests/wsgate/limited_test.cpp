// Every limit of sources is hit at a whole gateway: what clients, metrics and the log are told.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/client_hello.hpp"
#include "tests/wsgate/metric_value.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace limited_test {

namespace {

using namespace support;

std::string limited(const running_gateway& g, const std::string& name) {
    return value_of(g.metrics(), "wsgate_limited_total{limit=\"" + name + "\"}");
}

const std::string health = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";

/// The status of the answer to an opening handshake on a connection of its own.
std::string opening_status(const running_gateway& g, const std::string& more = "") {
    plain_peer peer(g.connect());
    peer.stream().send(bytes_of(opening_request("/websockify", more)));
    return peer.read_head().substr(9, 3);
}

struct limit_case {
    std::string name;
    std::string advice; ///< in the log
    std::function<void(wsgate::limit_options&)> configure;
    /// The second of two connections at a time, of which the first one has sent this.
    std::string first_sends;
};

} // namespace

TEST(GatewayLimits, CloseTheConnectionThatIsOneTooManyAndSayWhy) {
    const std::vector<limit_case> table{
        {"connections", "--max-connections", [](auto& o) { o.connections = 1; }, {}},
        {"source_connections", "--max-connections-per-source",
         [](auto& o) { o.connections_of_source = 1; }, health},
        {"connection_rate", "--connection-rate",
         [](auto& o) {
             o.connecting = {1, std::chrono::hours(1), 1};
         },
         health},
        {"source_handshakes", "--max-handshakes-per-source",
         [](auto& o) { o.handshakes_of_source = 1; }, "GET "},
    };
    for (const auto& each : table) {
        SCOPED_TRACE(each.name);
        auto config = loopback_gateway();
        config.access.limits.exempt.clear();
        config.access.proxies.trusted.clear();
        each.configure(config.access.limits);
        running_gateway gateway(config);
        plain_peer first(gateway.connect());
        first.stream().send(bytes_of(each.first_sends));
        if (each.first_sends == health) {
            EXPECT_TRUE(first.read_head().starts_with("HTTP/1.1 200 "));
        }
        EXPECT_TRUE(gateway.connect().is_closed_by_peer());
        const auto line = gateway.lines.wait_for(" refused ");
        EXPECT_NE(line.find(each.advice + " allows more"), std::string::npos) << line;
        EXPECT_EQ(limited(gateway, each.name), "1");
    }
}

TEST(GatewayLimits, CountSessionsAndAttemptsAtThem) {
    const tcp_listener target;
    auto config = loopback_gateway();
    config.viewer_target = {"127.0.0.1", target.port()};
    config.access.limits.sessions = {2, 1};
    config.access.limits.upgrading = {1, std::chrono::hours(1), 2};
    running_gateway gateway(config);
    const std::string from = "X-Forwarded-For: 192.0.2.1\r\n";
    plain_peer first(gateway.connect());
    first.open("/websockify", from);
    EXPECT_EQ(opening_status(gateway, from), "503");
    EXPECT_EQ(limited(gateway, "source_sessions"), "1");
    EXPECT_EQ(opening_status(gateway, from), "429") << "two at once";
    EXPECT_EQ(limited(gateway, "upgrade_rate"), "1");
    plain_peer second(gateway.connect());
    second.open("/websockify", "X-Forwarded-For: 192.0.2.2\r\n");
    EXPECT_EQ(opening_status(gateway, "X-Forwarded-For: 192.0.2.3\r\n"), "503");
    EXPECT_EQ(limited(gateway, "sessions"), "1");
}

TEST(GatewayLimits, OfTLSHandshakesCloseTheOldest) {
    const auto own = make_certificate();
    const scratch_directory directory;
    auto config = loopback_gateway();
    config.threads = 1; // they stand in line in the order in which they came
    config.listen.front().speaks = wsgate::speech::tls;
    config.tls.certificates = {{directory.file("cert", own.chain), directory.file("key", own.key)}};
    config.access.limits.tls_handshakes = 1;
    running_gateway gateway(config);
    auto mute = gateway.connect();
    auto half = gateway.connect();
    const auto hello = client_hello();
    half.send(bytes(hello.begin(), hello.end() - 1));
    auto first = gateway.connect();
    first.send(hello);
    EXPECT_EQ(first.receive(1), "\x16"_bytes) << "it is answered";
    auto second = gateway.connect();
    second.send(hello);
    EXPECT_EQ(second.receive(1), "\x16"_bytes);
    (void)first.receive_until_eof();
    EXPECT_TRUE(mute.is_quiet()) << "of others nothing has begun";
    EXPECT_TRUE(half.is_quiet());
    EXPECT_EQ(limited(gateway, "tls_handshakes"), "1");
    EXPECT_NE(gateway.lines.wait_for(" refused ").find("--max-tls-handshakes"), std::string::npos);
}

TEST(GatewayLimits, OfSourcesHoldForWhomAPROXYHeaderNames) {
    auto config = loopback_gateway();
    config.proxy.accept = true;
    config.access.limits.connections_of_source = 1;
    running_gateway gateway(config);
    const auto come_as = [&gateway](const std::string& address) {
        plain_peer peer(gateway.connect());
        peer.stream().send(
            bytes_of("PROXY TCP4 " + address + " 198.51.100.1 4711 443\r\n" + health));
        return peer;
    };
    auto first = come_as("192.0.2.1");
    EXPECT_TRUE(first.read_head().starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(come_as("192.0.2.1").stream().is_closed_by_peer());
    EXPECT_NE(gateway.lines.wait_for(" refused ").find("client=192.0.2.1"), std::string::npos);
    EXPECT_TRUE(come_as("192.0.2.2").read_head().starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(limited(gateway, "source_connections"), "1");
}

} // namespace limited_test
