// A running gateway under another configuration: what changes at once, what has to wait.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace reload_test {

namespace {

using namespace std::chrono_literals;
using namespace support;
using wsgate::catch_all;
using wsgate::visitor;

class reloading : public testing::Test {
protected:
    reloading() : config(loopback_gateway()) {
        config.viewer_target = {"127.0.0.1", before.port()};
        next = config;
        next.viewer_target = {"127.0.0.1", after.port()};
    }

    static plain_peer connect(const running_gateway& g) { return plain_peer(g.connect()); }

    static std::string status(const running_gateway& g, const std::string& path,
                              const std::string& more = "") {
        auto peer = connect(g);
        peer.stream().send(bytes_of(opening_request(path, more)));
        return peer.read_head().substr(9, 3);
    }

    static std::string page(plain_peer& peer, const std::string& path) {
        peer.stream().send(bytes_of("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n"));
        const auto head = peer.read_head();
        const auto at = head.find("Content-Length: ") + 16;
        (void)peer.stream().receive(std::stoul(head.substr(at)));
        return head.substr(9, 3);
    }

    static std::string page(const running_gateway& g, const std::string& path) {
        auto peer = connect(g);
        return page(peer, path);
    }

    static void expect_at(tcp_listener& target, plain_peer& peer) {
        peer.send(binary_frame, "hello");
        EXPECT_EQ(text_of(target.accept().receive(5)), "hello");
    }

    tcp_listener before;
    tcp_listener after;
    wsgate::config config;
    wsgate::config next;
};

} // namespace

TEST_F(reloading, HoldsForWhoComesAfterwards) {
    running_gateway gateway(config);
    auto first = connect(gateway);
    first.open("/websockify");
    auto there = before.accept();
    next.routes.push_back({"/new", "/new", visitor::viewer, wsgate::target{"127.0.0.1", 1}});
    next.access.origins.all = *wsgate::origin_list::parse("https://good");
    gateway.reload(next);
    EXPECT_EQ(gateway.lines.wait_for(" reloaded").find("needs_restart"), std::string::npos);
    EXPECT_EQ(status(gateway, "/websockify", "Origin: https://bad\r\n"), "403");
    EXPECT_EQ(status(gateway, "/new"), "101");
    auto second = connect(gateway);
    second.open("/websockify");
    expect_at(after, second);
    first.send(binary_frame, "still here"); // who was there stays where he was
    EXPECT_EQ(text_of(there.receive(10)), "still here");
}

TEST_F(reloading, LetsConnectionsKeepTheirPaths) {
    running_gateway gateway(config);
    auto first = connect(gateway);
    first.stream().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    EXPECT_EQ(first.read_head().substr(9, 3), "200");
    (void)first.stream().receive(3); // "ok\n"
    next.routes.clear();
    gateway.reload(next);
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_EQ(status(gateway, "/websockify"), "404");
    first.open("/websockify");
    expect_at(before, first);
}

TEST_F(reloading, AsksTheNewTargetsWhetherTheyAreThere) {
    running_gateway gateway(config);
    const auto readiness = [&gateway] {
        auto peer = connect(gateway);
        peer.stream().send("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
        return peer.read_head().substr(9, 3);
    };
    EXPECT_EQ(readiness(), "503") << "nobody is there for servers";
    next.server_target = next.viewer_target;
    gateway.reload(next);
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_EQ(readiness(), "200");
}

TEST_F(reloading, ServesAnotherDirectory) {
    const scratch_directory directory;
    (void)directory.file("index.html", "page");
    running_gateway gateway(config);
    const auto page = [&gateway] {
        auto peer = connect(gateway);
        peer.stream().send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
        return peer.read_head().substr(9, 3);
    };
    EXPECT_EQ(page(), "404");
    next.web = directory.path();
    gateway.reload(next);
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_EQ(page(), "200");
    next.web = directory.path() / "none";
    gateway.reload(next);
    EXPECT_NE(gateway.lines.wait_for(" reload_failed").find("cannot serve files"),
              std::string::npos);
    EXPECT_EQ(page(), "200") << "what was there is kept";
}

TEST_F(reloading, IsNotNeededForADirectoryThatReplacedAnother) {
    const scratch_directory directory;
    const auto served = directory.path() / "served";
    std::filesystem::create_directory(served);
    config.web = served;
    const running_gateway gateway(config);
    EXPECT_EQ(page(gateway, "/new.html"), "404");
    std::filesystem::rename(served, directory.path() / "old");
    std::filesystem::create_directory(served);
    (void)directory.file("served/new.html", "page");
    EXPECT_EQ(page(gateway, "/new.html"), "200");
}

TEST_F(reloading, HidesSecretsThatAreAndThoseThatWere) {
    const scratch_directory directory;
    for (const auto* const name : {"before", "after", "index.html"}) {
        (void)directory.file(name, "text");
    }
    config.web = next.web = directory.path();
    config.own_files = {{"--token-key", directory.path() / "before"}};
    next.own_files = {{"--token-key", directory.path() / "after"}};
    running_gateway gateway(config);
    auto stays = connect(gateway);
    EXPECT_EQ(page(stays, "/after"), "200");
    EXPECT_EQ(page(stays, "/before"), "404");
    gateway.reload(next);
    (void)gateway.lines.wait_for(" reloaded");
    for (const auto* const name : {"before", "after"}) { // whichever was named first
        EXPECT_NE(gateway.lines.wait_for(" warning ").find(name), std::string::npos);
    }
    EXPECT_EQ(page(gateway, "/before"), "404");
    EXPECT_EQ(page(gateway, "/after"), "404");
    EXPECT_EQ(page(stays, "/after"), "404") << "whoever came before may not read it either";
    EXPECT_EQ(page(gateway, "/index.html"), "200");
}

TEST_F(reloading, SaysWhatHasToWaitForARestart) {
    running_gateway gateway(config);
    next.listen.push_back(*wsgate::parse_listen("127.0.0.1:1"));
    next.threads = config.threads + 1;
    next.log_file = "/nonexistent";
    next.process.idle_exit = 1s;
    gateway.reload(next);
    const auto line = gateway.lines.wait_for(" reloaded");
    for (const auto* const option : {"listen", "threads", "log-file", "idle-exit"}) {
        EXPECT_NE(line.find(option), std::string::npos) << line;
    }
    auto peer = connect(gateway);
    peer.open("/websockify");
    expect_at(after, peer); // the rest is in force
    gateway.reload(config);
    EXPECT_EQ(gateway.lines.wait_for(" reloaded").find("needs_restart"), std::string::npos)
        << "what was kept is no change";
}

TEST_F(reloading, HoldsRunOnceWholeOrNotAtAll) {
    running_gateway several(config);
    next.process.run_once = true;
    several.reload(next);
    EXPECT_NE(several.lines.wait_for(" reloaded").find("run-once"), std::string::npos);
    auto first = connect(several);
    first.open("/websockify");
    EXPECT_EQ(status(several, "/websockify"), "101") << "two at a time, as at the start";

    running_gateway one(next);
    one.reload(config);
    EXPECT_NE(one.lines.wait_for(" reloaded").find("run-once"), std::string::npos);
    auto only = connect(one);
    only.open("/websockify");
    EXPECT_EQ(status(one, "/websockify"), "503");
}

TEST_F(reloading, ChangesWhatPathsOfAListenerMean) {
    running_gateway gateway(config);
    next.listen.front().leads_to =
        catch_all{visitor::viewer, wsgate::target{"127.0.0.1", after.port()}};
    gateway.reload(next);
    EXPECT_EQ(gateway.lines.wait_for(" reloaded").find("needs_restart"), std::string::npos);
    auto peer = connect(gateway);
    peer.open("/any");
    expect_at(after, peer);
}

TEST_F(reloading, KeepsAllWhereAListenerWouldMissItsCertificate) {
    running_gateway gateway(config);
    next.listen.front().speaks = wsgate::speech::tls;
    gateway.reload(next);
    EXPECT_NE(gateway.lines.wait_for(" reload_failed").find("needs --cert"), std::string::npos);
    auto peer = connect(gateway);
    peer.open("/websockify");
    expect_at(before, peer);
}

} // namespace reload_test
