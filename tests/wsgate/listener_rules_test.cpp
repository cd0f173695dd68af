// Listeners and routes over real sockets: which path of which listener reaches whom, and how.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/scratch_directory.hpp"
#include "tests/support/unix_socket.hpp"
#include "tests/wsgate/metric_value.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/listener_rules.hpp"
#include "wsgate/options/inherited_listeners.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace listener_rules_test {

namespace {

using namespace std::chrono_literals;
using namespace support;
using wsgate::catch_all;
using wsgate::visitor;

/// Three listeners: for routes, and for all servers and all viewers.
class listeners : public testing::Test {
protected:
    listeners() : config(loopback_gateway()) {
        config.server_target = {"127.0.0.1", for_servers.port()};
        config.viewer_target = {"127.0.0.1", for_viewers.port()};
        listen(catch_all{visitor::server});
        listen(catch_all{visitor::viewer});
    }

    void listen(const std::optional<catch_all>& leads_to) {
        config.listen.push_back(config.listen.front());
        config.listen.back().leads_to = leads_to;
    }

    static plain_peer connect(const running_gateway& g, std::size_t listener) {
        return plain_peer(tcp_client(g.port(listener)));
    }

    static plain_peer open(const running_gateway& g, std::size_t listener,
                           const std::string& path) {
        auto peer = connect(g, listener);
        peer.open(path);
        return peer;
    }

    static std::string status(const running_gateway& g, std::size_t listener,
                              const std::string& path, const std::string& more = "") {
        auto peer = connect(g, listener);
        peer.stream().send(bytes_of(opening_request(path, more)));
        return peer.read_head().substr(9, 3);
    }

    /// What this client says arrives at that target.
    static void expect_at(tcp_listener& target, plain_peer peer) {
        peer.send(binary_frame, "hello");
        EXPECT_EQ(text_of(target.accept().receive(5)), "hello");
    }

    tcp_listener for_servers;
    tcp_listener for_viewers;
    wsgate::config config;
};

constexpr std::size_t routes = 0;
constexpr std::size_t servers = 1;
constexpr std::size_t viewers = 2;
constexpr std::size_t another = 3;

} // namespace

TEST_F(listeners, ForOneTargetTakeAnyPath) {
    const running_gateway gateway(config);
    for (const auto* const path : {"/", "//x", "/?token=a", "/wsClient", "/wsServer", "/readyz"}) {
        expect_at(for_servers, open(gateway, servers, path));
        expect_at(for_viewers, open(gateway, viewers, path));
    }
    EXPECT_EQ(status(gateway, routes, "/"), "404");
    expect_at(for_servers, open(gateway, routes, "/wsServer"));
    expect_at(for_viewers, open(gateway, routes, "/wsClient"));
}

TEST_F(listeners, MayLeadToATargetOfTheirOwn) {
    tcp_listener desk;
    listen(catch_all{visitor::viewer, wsgate::target{"127.0.0.1", desk.port()}});
    running_gateway gateway(config);
    const auto name = "127.0.0.1:" + std::to_string(desk.port());
    EXPECT_NE(gateway.lines.wait_for(" for 127.").find("for " + name), std::string::npos);
    expect_at(desk, open(gateway, another, "/any"));
    EXPECT_NE(gateway.lines.wait_for(" end ").find("route=" + name), std::string::npos);
    EXPECT_EQ(value_of(gateway.metrics(),
                       "wsgate_sessions_total{route=\"" + name + "\",result=\"completed\"}"),
              "1");
}

TEST_F(listeners, TellTheLogWhomTheyAreFor) {
    running_gateway gateway(config);
    EXPECT_EQ(gateway.lines.wait_for("listening on").find(" for "), std::string::npos);
    EXPECT_NE(gateway.lines.wait_for("listening on").find(" for server"), std::string::npos);
    EXPECT_NE(gateway.lines.wait_for("listening on").find(" for viewer"), std::string::npos);
}

TEST_F(listeners, RoutesMayBeAddedAndRemoved) {
    tcp_listener desk;
    config.routes = {
        {"/vnc/desk", "/vnc/desk", visitor::viewer, wsgate::target{"127.0.0.1", desk.port()}}};
    running_gateway gateway(config);
    expect_at(desk, open(gateway, routes, "/vnc/desk/?x"));
    EXPECT_NE(gateway.lines.wait_for(" end ").find("route=/vnc/desk "), std::string::npos);
    EXPECT_EQ(status(gateway, routes, "/websockify"), "404");
    EXPECT_EQ(status(gateway, routes, "/desk"), "404");
    expect_at(for_viewers, open(gateway, viewers, "/websockify"));
}

TEST_F(listeners, RoutesMayLeadToUnixSockets) {
    const scratch_directory directory;
    const auto path = (directory.path() / "vnc").string();
    const auto listening = bind_unix(path);
    config.viewer_target = *wsgate::parse_target("unix:" + path);
    const running_gateway gateway(config);
    auto peer = open(gateway, routes, "/websockify");
    tcp_client there{net::unique_fd{::accept(listening.get(), nullptr, nullptr)}};
    peer.send(binary_frame, "hello");
    EXPECT_EQ(text_of(there.receive(5)), "hello");
    there.send("world"_bytes);
    EXPECT_EQ(peer.receive().payload, "world");
}

TEST_F(listeners, MayBeUnixSocketsOfProxies) {
    const scratch_directory directory;
    const auto path = (directory.path() / "gate").string();
    config.listen = {*wsgate::parse_listen("unix:" + path + "=viewer")};
    running_gateway gateway(config);
    (void)gateway.lines.wait_for("listening on unix:" + path + " for viewer");
    plain_peer told{tcp_client(connect_unix(path))};
    told.open("/", "X-Forwarded-For: 192.0.2.7\r\n");
    const auto line = gateway.lines.wait_for(" start ");
    EXPECT_NE(line.find(" client=192.0.2.7 peer=unix "), std::string::npos) << line;
    expect_at(for_viewers, std::move(told));
    plain_peer untold{tcp_client(connect_unix(path))};
    untold.open("/");
    EXPECT_NE(gateway.lines.wait_for(" start ").find(" client=unknown peer=unix "),
              std::string::npos);
    gateway.stop();
    gateway.join();
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(listeners, MayBeSocketsThatOthersOpened) {
    const scratch_directory directory;
    const auto path = (directory.path() / "gate").string();
    auto given = bind_unix(path);
    wsgate::take_over({{given.release(), "server"}}, config);
    const running_gateway gateway(config);
    plain_peer peer{tcp_client(connect_unix(path))};
    peer.open("/");
    expect_at(for_servers, std::move(peer));
}

TEST_F(listeners, DialForViewersAtOnceAndForServersWithTheFirstData) {
    const running_gateway gateway(config);
    const auto viewer = open(gateway, viewers, "/wsServer");
    (void)for_viewers.accept();
    auto server = open(gateway, servers, "/wsClient");
    server.send(ping_frame, "p");
    EXPECT_EQ(server.receive().payload, "p"); // by then it would have been dialled
    EXPECT_TRUE(for_servers.is_quiet());
    expect_at(for_servers, std::move(server));
}

TEST_F(listeners, CloseMuteViewersAndNoServers) {
    config.bridge.ping = 20ms;
    config.pong_timeout = 50ms;
    const running_gateway gateway(config);
    auto server = open(gateway, servers, "/websockify");
    auto viewer = open(gateway, viewers, "/wsServer");
    auto f = viewer.receive();
    while (f.first == ping_frame) {
        f = viewer.receive();
    }
    EXPECT_EQ(f, (received_frame{close_frame, close_text(1011, "No answer to ping")}));
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(server.receive(), (received_frame{ping_frame, ""}));
    }
}

TEST_F(listeners, HaveThePoliciesOfTheirRouteWhateverThePath) {
    config.access.origins.by_path["/websockify"] = *wsgate::origin_list::parse("https://good");
    running_gateway gateway(config);
    const std::string bad = "Origin: https://bad\r\n";
    for (const auto* const path : {"/", "/wsServer", "/websockify"}) {
        EXPECT_EQ(status(gateway, viewers, path, bad), "403") << path;
        EXPECT_EQ(status(gateway, servers, path, bad), "101") << path;
    }
    EXPECT_EQ(status(gateway, viewers, "/", "Origin: https://good\r\n"), "101");
}

TEST_F(listeners, WarnOnceOfEachPathThatIsOpenToAllPages) {
    config.access.origins.by_path["/wsClient"] = *wsgate::origin_list::parse("https://good");
    running_gateway gateway(config);
    EXPECT_NE(gateway.lines.wait_for("any_origin").find("path=/websockify"), std::string::npos);
    EXPECT_EQ(gateway.lines.wait_for("").find("any_origin"), std::string::npos);
}

TEST_F(listeners, TakeTokensOnAnyPath) {
    const scratch_directory directory;
    tcp_listener desk;
    config.access.tokens.what = wsgate::token_options::kind::file;
    config.access.tokens.path =
        directory.file("tokens", "a: 127.0.0.1:" + std::to_string(desk.port()) + "\n");
    listen(catch_all{visitor::viewer, wsgate::target{"127.0.0.1", 1}});
    const running_gateway gateway(config);
    for (const auto listener : {viewers, another}) {
        expect_at(desk, open(gateway, listener, "/?token=a"));
        EXPECT_EQ(status(gateway, listener, "/?token=b"), "403");
        EXPECT_EQ(status(gateway, listener, "/"), "403");
    }
    expect_at(for_servers, open(gateway, servers, "/"));
    EXPECT_TRUE(for_viewers.is_quiet());
}

} // namespace listener_rules_test
