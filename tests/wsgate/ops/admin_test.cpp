// The admin listener, and whether the gateway says that it is ready.
// SPDX-License-Identifier: EUPL-1.2
#include "service/early_exit.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/options/command_line.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace admin_test {

namespace {

using namespace std::chrono_literals;
using namespace support;

class admin_listener : public testing::Test {
protected:
    admin_listener() : config(loopback_gateway()) {
        config.server_target = {"127.0.0.1", target.port()};
        config.viewer_target = {"127.0.0.1", target.port()};
        config.admin.listen = {boost::asio::ip::make_address("127.0.0.1"), 0};
    }

    /// Head and body, on a connection that closes afterwards.
    static std::string ask(std::uint16_t port, const std::string& path,
                           const std::string& method = "GET") {
        tcp_client client(port);
        client.send(
            bytes_of(method + " " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
        return text_of(client.receive_until_eof());
    }

    static std::string status(std::uint16_t port, const std::string& path,
                              const std::string& method = "GET") {
        return ask(port, path, method).substr(9, 3);
    }

    tcp_listener target;
    wsgate::config config;
};

std::string refusal_of(std::vector<const char*> words) {
    words.insert(words.begin(), "wsgate");
    const auto parsed = wsgate::parse_command_line(static_cast<int>(words.size()), words.data());
    const auto* bye = std::get_if<service::early_exit>(&parsed);
    return bye == nullptr ? "" : bye->text;
}

} // namespace

TEST_F(admin_listener, SeeTheNumbersAndTheirPortAlone) {
    running_gateway gateway(config);
    const auto answer = ask(gateway.admin_port(), "/metrics");
    EXPECT_EQ(answer.substr(9, 3), "200");
    EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
              std::string::npos);
    EXPECT_NE(answer.find("\nwsgate_sessions_active{route=\"viewer\"} 0\n"), std::string::npos);
    EXPECT_EQ(status(gateway.port(), "/metrics"), "404");
    EXPECT_EQ(status(gateway.admin_port(), "/healthz"), "200");
    EXPECT_EQ(status(gateway.admin_port(), "/websockify"), "404");
    EXPECT_EQ(status(gateway.admin_port(), "/metrics", "POST"), "405");
    EXPECT_EQ(status(gateway.admin_port(), "/metrics", "HEAD"), "200");
    EXPECT_EQ(status(gateway.admin_port(), "/healthz", "OPTIONS"), "204");
    EXPECT_EQ(status(gateway.admin_port(), "*", "OPTIONS"), "204");
    EXPECT_EQ(status(gateway.admin_port(), "/%zz"), "400");
}

TEST_F(admin_listener, MayAskAgainOnOneConnection) {
    running_gateway gateway(config);
    plain_peer peer{tcp_client(gateway.admin_port())};
    for (int i = 0; i < 2; ++i) {
        peer.stream().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
        EXPECT_EQ(peer.read_head().substr(9, 3), "200");
        EXPECT_EQ(text_of(peer.stream().receive(3)), "ok\n");
    }
    peer.stream().send("GET /healthz HTTP/1.1\r\n\r\n"_bytes); // no Host
    EXPECT_EQ(peer.read_head().substr(9, 3), "400");
    (void)peer.stream().receive_until_eof();
}

TEST_F(admin_listener, AreFewAndQuick) {
    config.admin.connections = 1;
    config.admin.patience = 100ms;
    running_gateway gateway(config);
    tcp_client mute(gateway.admin_port());
    EXPECT_TRUE(tcp_client(gateway.admin_port()).is_closed_by_peer());
    EXPECT_TRUE(mute.is_closed_by_peer());
}

TEST_F(admin_listener, LearnThatTargetsAreThereAskedOnce) {
    tcp_listener for_viewers;
    config.viewer_target.port = for_viewers.port(); // of two routes
    running_gateway gateway(config);
    EXPECT_EQ(status(gateway.port(), "/readyz"), "200");
    EXPECT_EQ(status(gateway.admin_port(), "/readyz"), "200");
    EXPECT_TRUE(target.accept().is_closed_by_peer());
    EXPECT_TRUE(for_viewers.accept().is_closed_by_peer());
    EXPECT_TRUE(target.is_quiet() && for_viewers.is_quiet());
}

TEST_F(admin_listener, LearnOfTheTargetsOfEveryRouteAndListener) {
    tcp_listener desk;
    config.routes.push_back(
        {"/desk", "/desk", wsgate::visitor::viewer, wsgate::target{"127.0.0.1", desk.port()}});
    config.listen.push_back(config.listen.front());
    config.listen.back().leads_to =
        wsgate::catch_all{wsgate::visitor::viewer, wsgate::target{"127.0.0.1", 1}};
    const running_gateway gateway(config);
    EXPECT_EQ(status(gateway.port(), "/readyz"), "503") << "nobody is at port 1";
    EXPECT_TRUE(target.accept().is_closed_by_peer());
    EXPECT_TRUE(target.is_quiet()) << "both sides lead there";
    EXPECT_TRUE(desk.accept().is_closed_by_peer());
}

TEST_F(admin_listener, LearnNothingOfTargetsThatTokensChoose) {
    const scratch_directory directory;
    config.access.tokens.what = wsgate::token_options::kind::file;
    config.access.tokens.path = directory.file("tokens", "a: 127.0.0.1:1\n");
    config.viewer_target.port = 1;
    const running_gateway gateway(config);
    EXPECT_EQ(status(gateway.port(), "/readyz"), "200");
    EXPECT_TRUE(target.accept().is_closed_by_peer()) << "of /wsServer";
}

TEST_F(admin_listener, LearnThatATargetIsNotThere) {
    config.server_target.port = 1;
    running_gateway gateway(config);
    EXPECT_EQ(status(gateway.port(), "/readyz"), "503");
    EXPECT_EQ(status(gateway.port(), "/healthz"), "200");
}

TEST_F(admin_listener, LearnThatTheGatewayIsStopping) {
    running_gateway gateway(config);
    plain_peer client(gateway.connect());
    client.open("/websockify"); // does not say goodbye, so the gateway waits
    gateway.stop();
    EXPECT_EQ(client.receive().first, close_frame);
    EXPECT_EQ(status(gateway.admin_port(), "/readyz"), "503");
}

TEST(AdminOptions, AreRefusedWithAReason) {
    EXPECT_NE(refusal_of({"--admin-listen", "0.0.0.0:6081"}).find("--admin-allow"),
              std::string::npos);
    EXPECT_NE(refusal_of({"--admin-listen", "here"}).find("127.0.0.1:6081"), std::string::npos);
    EXPECT_NE(refusal_of({"--admin-allow", "10.0.0.0/8"}).find("--admin-listen"),
              std::string::npos);
    EXPECT_NE(refusal_of({"--admin-listen", "[::]:1", "--admin-allow", "x"}).find("--admin-allow"),
              std::string::npos);
    EXPECT_EQ(refusal_of({"--admin-listen", "[::1]:6081"}), "");
    EXPECT_EQ(refusal_of({"--admin-listen", "[::]:6081", "--admin-allow", "10.0.0.0/8,192.0.2.1"}),
              "");
}

} // namespace admin_test
