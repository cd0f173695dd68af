// Sessions that are taken out of their workers' hands, as for another process, and go on.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/wsgate/metric_value.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"

#include <gtest/gtest.h>

namespace aside_test {

namespace {

using namespace support;

/// A gateway before one target that the test plays.
struct stage {
    [[nodiscard]] plain_peer client(const std::string& path = "/websockify") const {
        plain_peer peer(gateway.connect());
        peer.open(path);
        return peer;
    }

    [[nodiscard]] static wsgate::config before(const tcp_listener& target) {
        auto c = loopback_gateway();
        c.server_target = {"127.0.0.1", target.port()};
        c.viewer_target = {"127.0.0.1", target.port()};
        return c;
    }

    tcp_listener target;
    running_gateway gateway{before(target)};
};

} // namespace

TEST(SessionsAside, GoOnWithEveryByteAndCountOnce) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    const auto said = masked_frame(binary_frame, "before and after");
    client.stream().send(std::span(said).first(9)); // in the midst of its payload
    EXPECT_EQ(target.receive(3), bytes_of("bef"));
    EXPECT_EQ(s.gateway.pass_sessions_on(), 1U);
    client.stream().send(std::span(said).subspan(9));
    EXPECT_EQ(target.receive(13), bytes_of("ore and after"));
    target.send(bytes_of("answer"));
    EXPECT_EQ(client.receive(), (received_frame{binary_frame, "answer"}));
    EXPECT_EQ(value_of(s.gateway.metrics(), R"(wsgate_sessions_active{route="viewer"})"), "1");
    client.send(close_frame, close_text(1000, "bye"));
    target.close();
    EXPECT_EQ(client.receive(), (received_frame{close_frame, close_text(1000)}));
    client.stream().close();
    const auto end = s.gateway.lines.wait_for(" end ");
    EXPECT_NE(end.find("session=1 "), std::string::npos) << end;
    EXPECT_NE(end.find("up=16 down=6 code=1000"), std::string::npos) << end;
}

TEST(SessionsAside, MayHaveSaidNothingSoFar) {
    stage s;
    auto client = s.client("/wsServer");
    (void)s.gateway.lines.wait_for(" start ");
    EXPECT_EQ(s.gateway.pass_sessions_on(), 1U);
    EXPECT_TRUE(s.target.is_quiet());
    client.send(binary_frame, "hello");
    auto target = s.target.accept();
    EXPECT_EQ(target.receive(5), bytes_of("hello"));
}

TEST(SessionsAside, AConnectionBetweenTwoRequestsIsClosed) {
    stage s;
    plain_peer client(s.gateway.connect());
    client.stream().send(bytes_of("GET /none HTTP/1.1\r\nHost: gate.example\r\n\r\n"));
    (void)client.read_head();
    tcp_client silent = s.gateway.connect();
    EXPECT_EQ(s.gateway.pass_sessions_on(), 0U);
    EXPECT_TRUE(silent.is_quiet()) << "its first request is still to come";
    (void)client.stream().receive_until_eof();
}

TEST(SessionsAside, AreClosedByAStopAsAllOthers) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    target.send(bytes_of("here")); // the gateway knows that it has connected
    EXPECT_EQ(client.receive(), (received_frame{binary_frame, "here"}));
    EXPECT_EQ(s.gateway.pass_sessions_on(), 1U);
    s.gateway.stop();
    EXPECT_EQ(client.receive(), (received_frame{close_frame, close_text(1001, "going away")}));
}

} // namespace aside_test
