// The PROXY protocol on both sides of the gateway, and its options.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/options/command_line.hpp"
#include "wsgate/target/proxy_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace proxy_test {

namespace {

using namespace support;
using boost::asio::ip::make_address;
using net::proxy_header;
using net::proxy_reader;
using net::proxy_version;
using testing::HasSubstr;
using wsgate::config;

config to_one_target(const tcp_listener& target) {
    auto c = loopback_gateway();
    c.server_target = {"127.0.0.1", target.port()};
    c.viewer_target = {"127.0.0.1", target.port()};
    return c;
}

config with_proxy_header(const tcp_listener& target, proxy_version how) {
    auto c = to_one_target(target);
    c.proxy.send.all = how;
    return c;
}

config behind_balancer(const tcp_listener& target) {
    auto c = to_one_target(target);
    c.proxy.accept = true;
    return c;
}

/// The header that a target receives, byte by byte, so that what follows is left.
proxy_header header_at(tcp_client& target) {
    proxy_reader reader;
    while (!reader.done()) {
        (void)reader.feed(target.receive(1));
    }
    return reader.result().value();
}

bytes header_of(const char* address, std::uint16_t port) {
    proxy_header h;
    h.addresses = proxy_header::endpoints{{make_address(address), port}, {make_address("::1"), 80}};
    return net::format_proxy_header(h, proxy_version::v2);
}

std::variant<config, service::early_exit> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "wsgate");
    return wsgate::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

} // namespace

TEST(SendProxy, TheTargetHearsOfTheClientBeforeAnythingElse) {
    tcp_listener repeater;
    const running_gateway gateway(with_proxy_header(repeater, proxy_version::v2));
    plain_peer client(gateway.connect());
    client.stream().send(
        joined({bytes_of(opening_request("/websockify", "X-Request-Id: a1-b2\r\n")),
                masked_frame(binary_frame, "early")}));
    auto target = repeater.accept();
    const auto header = header_at(target);
    ASSERT_TRUE(header.addresses);
    EXPECT_EQ(header.addresses->source.address(), make_address("127.0.0.1"));
    EXPECT_NE(header.addresses->source.port(), 0);
    EXPECT_EQ(header.addresses->destination.port(), gateway.port());
    EXPECT_EQ(header.unique_id, "a1-b2");
    EXPECT_FALSE(header.secured);
    EXPECT_EQ(target.receive(5), bytes_of("early"));
}

TEST(SendProxy, TheClientIsWhomATrustedProxyNames) {
    tcp_listener repeater;
    const running_gateway gateway(with_proxy_header(repeater, proxy_version::v1));
    plain_peer client(gateway.connect());
    client.stream().send(
        bytes_of(opening_request("/wsClient", "X-Forwarded-For: 2001:db8::7\r\n")));
    auto target = repeater.accept();
    const auto header = header_at(target);
    ASSERT_TRUE(header.addresses);
    EXPECT_EQ(header.addresses->source.address(), make_address("2001:db8::7"));
    EXPECT_EQ(header.addresses->source.port(), 0) << "nobody has told it";
}

TEST(SendProxy, HoldsForItsPathsOnly) {
    tcp_listener repeater;
    auto c = with_proxy_header(repeater, proxy_version::v1);
    c.proxy.send.by_path.insert_or_assign("/websockify", std::nullopt);
    const running_gateway gateway(c);
    plain_peer client(gateway.connect());
    client.stream().send(joined(
        {bytes_of(opening_request("/websockify")), masked_frame(binary_frame, "nothing before")}));
    auto target = repeater.accept();
    EXPECT_EQ(target.receive(14), bytes_of("nothing before"));
}

TEST(SendProxy, AProbeOfReadinessIntroducesNobody) {
    tcp_listener repeater;
    const running_gateway gateway(with_proxy_header(repeater, proxy_version::v2));
    plain_peer admin(gateway.connect());
    admin.stream().send(bytes_of("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n"));
    auto target = repeater.accept();
    EXPECT_FALSE(header_at(target).addresses);
    EXPECT_TRUE(target.is_closed_by_peer());
    EXPECT_EQ(admin.read_head().substr(9, 3), "200");
}

TEST(AcceptProxy, TheClientOfTheHeaderIsThePeer) {
    tcp_listener repeater;
    auto c = behind_balancer(repeater);
    c.proxy.send.all = proxy_version::v2;
    running_gateway gateway(c);
    plain_peer client(gateway.connect());
    // It is no trusted proxy, so that nobody believes what it says of others.
    client.stream().send(
        joined({header_of("192.0.2.7", 4711),
                bytes_of(opening_request("/websockify", "X-Forwarded-For: 198.51.100.1\r\n"))}));
    EXPECT_EQ(client.read_head().substr(9, 3), "101");
    auto target = repeater.accept();
    const auto header = header_at(target);
    ASSERT_TRUE(header.addresses);
    EXPECT_EQ(net::to_string(header.addresses->source), "192.0.2.7:4711");
    EXPECT_EQ(net::to_string(header.addresses->destination), "[::1]:80");
    const auto line = gateway.lines.wait_for("start ");
    EXPECT_THAT(line, HasSubstr("peer=192.0.2.7:4711"));
    EXPECT_THAT(line, HasSubstr("proxy=127.0.0.1:"));
}

TEST(AcceptProxy, WithoutAHeaderTheConnectionIsClosed) {
    tcp_listener repeater;
    running_gateway gateway(behind_balancer(repeater));
    auto client = gateway.connect();
    client.send(bytes_of("G")); // of "GET / HTTP/1.1"
    EXPECT_TRUE(client.is_closed_by_peer());
    EXPECT_THAT(gateway.lines.wait_for("proxy_header_failed"), HasSubstr("--accept-proxy"));
}

TEST(AcceptProxy, AHeaderHasItsTime) {
    tcp_listener repeater;
    auto c = behind_balancer(repeater);
    c.proxy.header = std::chrono::milliseconds(30);
    running_gateway gateway(c);
    auto client = gateway.connect();
    EXPECT_TRUE(client.is_closed_by_peer());
    EXPECT_THAT(gateway.lines.wait_for("proxy_header_failed"), HasSubstr("timed out"));
}

TEST(AcceptProxy, FromAnybodyElseAHeaderIsABadRequest) {
    tcp_listener repeater;
    auto c = behind_balancer(repeater);
    c.access.proxies.trusted.clear();
    const running_gateway gateway(c);
    plain_peer client(gateway.connect());
    client.stream().send(bytes_of("PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\n"
                                  "GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    EXPECT_EQ(client.read_head().substr(9, 3), "400");
}

TEST(ProxyHeaderOfASession, OfAnUnknownClientNamesNobody) {
    const auto line = wsgate::proxy_header_of({}, proxy_version::v1);
    EXPECT_EQ(support::text_of(line), "PROXY UNKNOWN\r\n");
    proxy_reader reader;
    (void)reader.feed(wsgate::proxy_header_of({{}, {}, {}, "id", ""}, proxy_version::v2));
    ASSERT_TRUE(reader.done() && reader.result());
    EXPECT_FALSE(reader.result()->addresses);
    EXPECT_EQ(reader.result()->unique_id, "id");
}

TEST(ProxyHeaderOfASession, TellsOfTls) {
    proxy_reader reader;
    const auto client = make_address("::ffff:192.0.2.7");
    (void)reader.feed(wsgate::proxy_header_of(
        {client, {make_address("192.0.2.7"), 4711}, {make_address("10.0.0.1"), 443}, "", "TLSv1.3"},
        proxy_version::v2));
    ASSERT_TRUE(reader.done() && reader.result());
    EXPECT_EQ(net::to_string(reader.result()->addresses->source), "192.0.2.7:4711");
    ASSERT_TRUE(reader.result()->secured);
    EXPECT_EQ(reader.result()->secured->version, "TLSv1.3");
}

TEST(ProxyOptions, AreOffUnlessAskedFor) {
    const auto off = std::get<config>(parse({})).proxy;
    EXPECT_FALSE(off.send.of("/wsServer") || off.accept);
    const auto c = std::get<config>(parse({"--send-proxy", "v2", "--send-proxy", "/websockify/=v1",
                                           "--send-proxy", "/wsClient=off", "--accept-proxy",
                                           "--proxy-timeout", "1.5"}))
                       .proxy;
    EXPECT_EQ(c.send.of("/wsServer"), proxy_version::v2);
    EXPECT_EQ(c.send.of("/websockify"), proxy_version::v1);
    EXPECT_EQ(c.send.of("/wsClient"), std::nullopt);
    EXPECT_TRUE(c.accept);
    EXPECT_EQ(c.header, std::chrono::milliseconds(1500));
    const auto bye = std::get<service::early_exit>(parse({"--send-proxy", "v3"}));
    EXPECT_EQ(bye.exit_code, 64);
    EXPECT_THAT(bye.text, HasSubstr("v3 is not v1, v2 or off"));
}

} // namespace proxy_test
