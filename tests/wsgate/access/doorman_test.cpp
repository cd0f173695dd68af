// Who may come in, over real sockets: nothing reaches a target before everything is in order.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/unix_socket.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/access/signed_token.hpp"
#include "wsgate/text/base64.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <vector>

namespace doorman_test {

namespace {

using namespace std::chrono_literals;
using namespace support;

// The password "secret", with few rounds.
constexpr auto bcrypt = "u:$2y$04$HOiStRQuwp8FInsc9paV5eFeGbZRJU17yufWHHUYzsDM8nHV4.JnO\n";

std::string password(const std::string& user_and_password) {
    return "Authorization: Basic " + wsgate::to_base64(user_and_password) + "\r\n";
}

std::string origin(const std::string& value) {
    return "Origin: " + value + "\r\n";
}

class access_rules : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "wsgate-access-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        config = loopback_gateway();
        config.server_target = {"127.0.0.1", target.port()};
        config.viewer_target = {"127.0.0.1", target.port()};
        config.access.brake.first_delay = 1ms;
        config.access.brake.longest_delay = 1ms;
    }

    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& text) {
        const auto path = directory_ / name;
        std::ofstream(path) << text;
        ::chmod(path.c_str(), 0600);
        return path.string();
    }

    /// The answer's head to an opening.
    static std::string open(const running_gateway& gateway, const std::string& path,
                            const std::string& more = "") {
        plain_peer peer(gateway.connect());
        peer.stream().send(bytes_of(opening_request(path, more)));
        return peer.read_head();
    }

    static std::string status(const running_gateway& gateway, const std::string& path,
                              const std::string& more = "") {
        return open(gateway, path, more).substr(9, 3);
    }

    static std::string status_of_get(const running_gateway& gateway, const std::string& path,
                                     const std::string& more = "") {
        plain_peer peer(gateway.connect());
        peer.stream().send(bytes_of("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + more + "\r\n"));
        return peer.read_head().substr(9, 3);
    }

    void serve_files() {
        write("index.html", "<p>index");
        config.web = directory_.string();
    }

    wsgate::config config;
    tcp_listener target;
    std::filesystem::path directory_;
};

} // namespace

// ---- origin ----

TEST_F(access_rules, OriginIsAskedOnItsPathOnly) {
    config.access.origins.by_path["/websockify"] =
        *wsgate::origin_list::parse("https://good.example,same-host");
    running_gateway gateway(config);
    EXPECT_EQ(status(gateway, "/websockify", origin("https://evil.example")), "403");
    EXPECT_EQ(status(gateway, "/websockify/", origin("https://evil.example")), "403");
    EXPECT_EQ(status(gateway, "/web%73ockify", origin("https://evil.example")), "403");
    EXPECT_EQ(status(gateway, "/websockify", origin("null")), "403");
    EXPECT_EQ(status(gateway, "/websockify",
                     origin("https://good.example") + origin("https://good.example")),
              "403");
    EXPECT_TRUE(target.is_quiet());
    EXPECT_NE(gateway.lines.wait_for(" denied ").find("cause=\"Origin not listed\""),
              std::string::npos);
    EXPECT_EQ(status(gateway, "/websockify", origin("https://good.example")), "101");
    EXPECT_EQ(status(gateway, "/websockify", origin("http://h")), "101");
    EXPECT_EQ(status(gateway, "/websockify"), "101") << "no browser";
    EXPECT_EQ(status(gateway, "/wsClient", origin("https://evil.example")), "101");
    EXPECT_EQ(status(gateway, "/wsServer", origin("http://elsewhere.example")), "101");
}

TEST_F(access_rules, ADeniedOriginIsToldWithWhatItWasComparedWith) {
    config.access.origins.all = *wsgate::origin_list::parse("same-host,https://good.example:8443");
    {
        running_gateway gateway(config);
        const auto told = "X-Forwarded-Host: desk.example, b\r\nX-Forwarded-Port: 8443\r\n";
        EXPECT_EQ(status(gateway, "/websockify", origin("https://desk.example:8443") + told),
                  "101");
        EXPECT_EQ(status(gateway, "/websockify", origin("https://desk.example:9") + told), "403");
        const auto line = gateway.lines.wait_for(" denied ");
        for (const auto* part :
             {"origin=https://desk.example:9", "host=desk.example ", "host_from=X-Forwarded-Host",
              "port_told=8443", "allowed=same-host,https://good.example:8443"}) {
            EXPECT_NE(line.find(part), std::string::npos) << part << ": " << line;
        }
    }
    config.access.proxies.trusted.clear();
    running_gateway gateway(config);
    EXPECT_EQ(status(gateway, "/websockify",
                     origin("https://desk.example") + "X-Original-Host: desk.example\r\n"),
              "403");
    const auto line = gateway.lines.wait_for(" denied ");
    for (const auto* part : {"host=h ", "host_from=Host", "not_believed=X-Original-Host"}) {
        EXPECT_NE(line.find(part), std::string::npos) << part << ": " << line;
    }
    EXPECT_EQ(line.find("port_told"), std::string::npos) << line;
    EXPECT_EQ(status(gateway, "/websockify", origin("https://a") + origin("https://b")), "403");
    const auto several = gateway.lines.wait_for(" denied ");
    EXPECT_NE(several.find("cause=\"several Origins\""), std::string::npos) << several;
    EXPECT_NE(several.find("origin=\"https://a, https://b\""), std::string::npos) << several;
    EXPECT_EQ(status(gateway, "/websockify", origin("https://evil\t\"" + std::string(300, 'x'))),
              "403");
    const auto escaped = gateway.lines.wait_for(" denied ");
    EXPECT_NE(escaped.find("https://evil\\x09\\x22xxx"), std::string::npos) << escaped;
    EXPECT_NE(escaped.find("xxx..."), std::string::npos) << escaped;
}

TEST_F(access_rules, SeveralFilesOfPasswordsHoldTogether) {
    config.access.passwords.all.files = {write("one", "a:secret\n"), write("other", "b:secret\n")};
    config.access.passwords.all.plain = "c:secret";
    {
        const running_gateway gateway(config);
        for (const auto* who : {"a", "b", "c"}) {
            EXPECT_EQ(status(gateway, "/websockify", password(std::string{who} + ":secret")),
                      "101");
        }
        EXPECT_EQ(status(gateway, "/websockify", password("d:secret")), "401");
    }
    config.access.passwords.all.files.push_back(write("again", "a:other\n"));
    EXPECT_THROW(running_gateway gateway(config), std::runtime_error);
    config.access.passwords.all.files = {write("one", "a:secret\n"), write("none", "# nobody\n")};
    EXPECT_THROW(running_gateway gateway(config), std::runtime_error);
}

TEST_F(access_rules, OriginCanBeRequired) {
    config.access.origin_required = true;
    const running_gateway gateway(config);
    EXPECT_EQ(status(gateway, "/websockify"), "403");
    EXPECT_TRUE(target.is_quiet());
    EXPECT_EQ(status(gateway, "/websockify", origin("https://any.example")), "101");
}

TEST_F(access_rules, SameHostIsWhatATrustedProxySays) {
    config.access.origins.all = *wsgate::origin_list::parse("same-host");
    const auto forwarded = origin("https://gate.example") + "X-Forwarded-Host: gate.example\r\n";
    {
        const running_gateway gateway(config);
        EXPECT_EQ(status(gateway, "/websockify", forwarded), "101");
    }
    config.access.proxies.trusted.clear();
    const running_gateway gateway(config);
    EXPECT_EQ(status(gateway, "/websockify", forwarded), "403");
}

TEST_F(access_rules, WarnsOfPathsThatAnyPageMayUse) {
    config.access.origins.by_path["/wsClient"] = *wsgate::origin_list::parse("same-host");
    running_gateway gateway(config);
    const auto line = gateway.lines.wait_for(" any_origin ");
    EXPECT_NE(line.find("path=/websockify"), std::string::npos) << line;
}

// ---- client addresses and request ids ----

TEST_F(access_rules, ClientIsLoggedBesideThePeer) {
    running_gateway gateway(config);
    {
        plain_peer peer(gateway.connect());
        peer.open("/websockify",
                  "X-Forwarded-For: 198.51.100.1, 192.0.2.7\r\nX-Request-Id: abc-1\r\n");
    }
    const auto line = gateway.lines.wait_for(" start ");
    EXPECT_NE(line.find(" client=192.0.2.7 peer=127.0.0.1:"), std::string::npos) << line;
    EXPECT_NE(line.find(" request=abc-1 "), std::string::npos) << line;
    EXPECT_NE(gateway.lines.wait_for(" end ").find(" request=abc-1 "), std::string::npos);
}

TEST_F(access_rules, StrangersAreNotBelieved) {
    config.access.proxies.trusted.clear();
    running_gateway gateway(config);
    {
        plain_peer peer(gateway.connect());
        peer.open("/websockify", "X-Forwarded-For: 192.0.2.7\r\nX-Request-Id: abc-1\r\n");
    }
    const auto line = gateway.lines.wait_for(" start ");
    EXPECT_NE(line.find(" client=127.0.0.1 "), std::string::npos) << line;
    EXPECT_EQ(line.find("abc-1"), std::string::npos) << line;
}

// ---- passwords ----

TEST_F(access_rules, PasswordIsAskedOnItsPathOnly) {
    config.access.passwords.by_path["/websockify"].files = {write("users", bcrypt)};
    running_gateway gateway(config);
    const auto head = open(gateway, "/websockify");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 401 ")) << head;
    EXPECT_NE(head.find("\r\nWWW-Authenticate: Basic realm=\"wsgate\""), std::string::npos);
    EXPECT_EQ(status(gateway, "/websockify", password("u:wrong")), "401");
    EXPECT_EQ(status(gateway, "/websockify", password("v:secret")), "401");
    EXPECT_EQ(status(gateway, "/websockify", "Authorization: Basic junk\r\n"), "401");
    EXPECT_TRUE(target.is_quiet());
    EXPECT_EQ(status(gateway, "/websockify", password("u:secret")), "101");
    EXPECT_NE(gateway.lines.wait_for(" start ").find(" user=u"), std::string::npos);
    EXPECT_EQ(status(gateway, "/websockify", password("u:secret")), "101") << "remembered";
    EXPECT_EQ(status(gateway, "/wsServer"), "101");
}

TEST_F(access_rules, FilesNeedThePasswordWhereThatIsAsked) {
    config.access.passwords.all.plain = "u:secret";
    serve_files();
    {
        const running_gateway gateway(config);
        EXPECT_EQ(status_of_get(gateway, "/"), "200");
        EXPECT_EQ(status(gateway, "/websockify"), "401");
    }
    config.access.files_need_login = true;
    const running_gateway gateway(config);
    EXPECT_EQ(status_of_get(gateway, "/"), "401");
    EXPECT_EQ(status_of_get(gateway, "/none"), "401") << "nor is told which files there are";
    EXPECT_EQ(status_of_get(gateway, "/", password("u:wrong")), "401");
    EXPECT_EQ(status_of_get(gateway, "/", password("u:secret")), "200");
    EXPECT_EQ(status_of_get(gateway, "/healthz"), "200");
}

TEST_F(access_rules, WhoGuessesIsShutOut) {
    config.access.passwords.all.plain = "u:secret";
    config.access.brake.burst = 3;
    running_gateway gateway(config);
    const std::string guesser = "X-Forwarded-For: 192.0.2.7\r\n";
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(status(gateway, "/websockify", guesser + password("u:guess")), "401");
    }
    const auto head = open(gateway, "/websockify", guesser + password("u:secret"));
    EXPECT_TRUE(head.starts_with("HTTP/1.1 429 ")) << head;
    EXPECT_NE(head.find("\r\nRetry-After: 6\r\n"), std::string::npos) << head;
    EXPECT_EQ(
        status(gateway, "/websockify", "X-Forwarded-For: 192.0.2.8\r\n" + password("u:secret")),
        "101")
        << "others are not";
    // A proxy that tells nothing of its clients would be all of them.
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(status(gateway, "/websockify", password("u:guess")), "401");
    }
    EXPECT_EQ(status(gateway, "/websockify", password("u:secret")), "101");
}

TEST_F(access_rules, AnswersToWrongPasswordsAreHeldBack) {
    config.access.passwords.all.plain = "u:secret";
    config.access.brake.first_delay = 300ms;
    config.access.brake.longest_delay = 300ms;
    const running_gateway gateway(config);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(status(gateway, "/websockify", password("u:guess")), "401");
    EXPECT_GE(std::chrono::steady_clock::now() - began, 300ms);
}

// ---- tokens ----

TEST_F(access_rules, TokenChoosesTheTarget) {
    tcp_listener other;
    config.access.tokens.what = wsgate::token_options::kind::file;
    config.access.tokens.path =
        write("tokens", "some-secret: 127.0.0.1:" + std::to_string(other.port()) + "\n");
    running_gateway gateway(config);
    for (const auto* path : {"/websockify", "/websockify?token=", "/websockify?token=some-secret2",
                             "/websockify?x=some-secret", "/wsClient/?token=some"}) {
        EXPECT_EQ(status(gateway, path), "403") << path;
    }
    EXPECT_TRUE(target.is_quiet() && other.is_quiet());
    plain_peer peer(gateway.connect());
    peer.open("/websockify?x=1&token=some%2Dsecret");
    auto there = other.accept();
    there.send("hello"_bytes);
    EXPECT_EQ(peer.receive().payload, "hello");
    EXPECT_TRUE(target.is_quiet());
    EXPECT_EQ(status(gateway, "/wsServer"), "101") << "no token there";
}

TEST_F(access_rules, TokenOfAPageChoosesTheTargetUnderTheRulesOfItsRoute) {
    const tcp_listener other;
    config.access.tokens.what = wsgate::token_options::kind::file;
    config.access.tokens.path = write("tokens", "a: 127.0.0.1:" + std::to_string(other.port()));
    config.access.origins.by_path["/websockify"] =
        *wsgate::origin_list::parse("https://desk.example");
    running_gateway gateway(config);
    const std::string desk = "Origin: https://desk.example\r\n";
    for (const auto* const path : {"/?token=a", "//vnc.html?token=a", "/websockify?token=a"}) {
        EXPECT_EQ(status(gateway, path, desk), "101") << path;
        EXPECT_EQ(status(gateway, path, "Origin: https://evil.example\r\n"), "403") << path;
    }
    EXPECT_EQ(status(gateway, "/vnc.html?token=b", desk), "403");
    EXPECT_EQ(status(gateway, "/vnc.html", desk), "404");
    EXPECT_TRUE(target.is_quiet());
}

TEST_F(access_rules, TokenLeadsToAUnixSocket) {
    const auto path = (directory_ / "vnc").string();
    const auto listening = bind_unix(path);
    config.access.tokens.what = wsgate::token_options::kind::file;
    config.access.tokens.path =
        write("tokens", "a: unix_socket:" + path + "\nb: unix_socket:" + path + "none\n");
    running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    peer.open("/websockify?token=a");
    tcp_client there{net::unique_fd{::accept(listening.get(), nullptr, nullptr)}};
    peer.send(binary_frame, "hello");
    EXPECT_EQ(text_of(there.receive(5)), "hello");
    there.send("world"_bytes);
    EXPECT_EQ(peer.receive().payload, "world");
    plain_peer nobody(gateway.connect());
    nobody.open("/websockify?token=b");
    EXPECT_EQ(nobody.receive().first, close_frame);
}

TEST_F(access_rules, TokensAreNeverTold) {
    config.access.tokens.what = wsgate::token_options::kind::file;
    config.access.tokens.path =
        write("tokens", "good-token: 127.0.0.1:" + std::to_string(target.port()) + "\n");
    running_gateway gateway(config);
    plain_peer refused(gateway.connect());
    refused.stream().send(bytes_of(opening_request("/websockify?token=wrong-token")));
    EXPECT_EQ(text_of(refused.stream().receive_until_eof()).find("wrong-token"), std::string::npos);
    {
        plain_peer peer(gateway.connect());
        peer.open("/websockify?token=good-token");
        (void)target.accept();
    }
    bool told_hash = false;
    for (std::string line; line.find(" end ") == std::string::npos;) {
        line = gateway.lines.wait_for("");
        EXPECT_EQ(line.find("good-token"), std::string::npos) << line;
        EXPECT_EQ(line.find("wrong-token"), std::string::npos) << line;
        // printf %s wrong-token | sha256sum
        told_hash = told_hash || line.find(" token=5645a758") != std::string::npos;
    }
    EXPECT_TRUE(told_hash);
}

TEST_F(access_rules, HostCanBeTheToken) {
    config.access.tokens.what = wsgate::token_options::kind::file;
    config.access.tokens.path =
        write("tokens", "h: 127.0.0.1:" + std::to_string(target.port()) + "\n");
    config.access.tokens.from_host = true;
    {
        const running_gateway gateway(config);
        EXPECT_EQ(status(gateway, "/websockify"), "101");
    }
    write("tokens", "other: 127.0.0.1:" + std::to_string(target.port()) + "\n");
    const running_gateway gateway(config);
    EXPECT_EQ(status(gateway, "/websockify?token=other"), "403");
}

TEST_F(access_rules, SignedTokensLeadOnlyWhereTheyMay) {
    const std::string key = "0123456789abcdef0123456789abcdef";
    config.access.tokens.keys = {write("key", key)};
    const auto ports = std::to_string(target.port()) + "-" + std::to_string(target.port());
    config.access.tokens.allow = *wsgate::parse_target_rules("127.0.0.1:" + ports);
    running_gateway gateway(config);
    const auto now = static_cast<std::uint64_t>(std::time(nullptr));
    const auto path = [&](std::uint16_t port, std::uint64_t expiry) {
        return "/websockify?token=" + wsgate::sign_token(key, {"127.0.0.1", port, false}, expiry);
    };
    EXPECT_EQ(status(gateway, path(target.port(), now - 1)), "403");
    EXPECT_EQ(status(gateway, path(1, now + 60)), "403");
    EXPECT_EQ(status(gateway, path(target.port(), now + 60) + "x"), "403");
    EXPECT_TRUE(target.is_quiet());
    EXPECT_EQ(status(gateway, path(target.port(), now + 60)), "101");
    EXPECT_NE(gateway.lines.wait_for(" denied ").find("cause=expired"), std::string::npos);
    EXPECT_NE(gateway.lines.wait_for(" denied ").find("--allow-target"), std::string::npos);
    EXPECT_NE(gateway.lines.wait_for(" denied ").find("wrong signature"), std::string::npos);
}

TEST_F(access_rules, ClientsThatAreRefusedAllTheTimeAreToldOfLess) {
    config.access.origin_required = true;
    config.log_level = service::log_level::info;
    running_gateway gateway(config);
    for (int i = 0; i < 25; ++i) {
        EXPECT_EQ(status(gateway, "/websockify", "X-Forwarded-For: 192.0.2.7\r\n"), "403");
    }
    EXPECT_EQ(status(gateway, "/websockify", "X-Forwarded-For: 192.0.2.8\r\n"), "403");
    int told = 0;
    std::string line;
    for (; line.find("client=192.0.2.8") == std::string::npos; ++told) {
        line = gateway.lines.wait_for(" denied ");
    }
    EXPECT_NE(line.find(" more=20"), std::string::npos) << line;
    EXPECT_NE(line.find(" path=/websockify "), std::string::npos) << line;
    EXPECT_EQ(told, 6) << "five of one, one of the other";
}

TEST_F(access_rules, CertificateMustBeOfTheList) {
    config.access.common_names = {"technician"};
    running_gateway gateway(config);
    EXPECT_EQ(status(gateway, "/websockify"), "403") << "none was shown";
    EXPECT_TRUE(target.is_quiet());
    EXPECT_NE(gateway.lines.wait_for(" denied ").find("cause=\"certificate's name not listed\""),
              std::string::npos);
}

TEST_F(access_rules, FilesNeedTheCertificateWhereThatIsAsked) {
    config.access.common_names = {"technician"};
    serve_files();
    {
        const running_gateway gateway(config);
        EXPECT_EQ(status_of_get(gateway, "/"), "200");
    }
    config.access.files_need_login = true;
    const running_gateway gateway(config);
    EXPECT_EQ(status_of_get(gateway, "/"), "403");
    EXPECT_EQ(status_of_get(gateway, "/healthz"), "200");
}

// ---- limits ----

TEST_F(access_rules, SessionsAreLimited) {
    config.access.limits.sessions = {3, 2};
    running_gateway gateway(config);
    const auto from = [](int last) {
        return "X-Forwarded-For: 192.0.2." + std::to_string(last) + "\r\n";
    };
    std::vector<plain_peer> open_ones;
    const auto add = [&](int last) {
        open_ones.emplace_back(gateway.connect());
        open_ones.back().open("/websockify", from(last));
        (void)target.accept();
    };
    add(1);
    add(1);
    const auto head = open(gateway, "/websockify", from(1));
    EXPECT_TRUE(head.starts_with("HTTP/1.1 503 ")) << head;
    EXPECT_NE(head.find("\r\nRetry-After: 10\r\n"), std::string::npos) << head;
    add(2);
    EXPECT_EQ(status(gateway, "/websockify", from(3)), "503");
    EXPECT_TRUE(target.is_quiet());
    EXPECT_EQ(status_of_get(gateway, "/healthz"), "200") << "no session";
    open_ones.pop_back();
    (void)gateway.lines.wait_for(" end ");
    EXPECT_EQ(status(gateway, "/websockify", from(3)), "101");
}

TEST_F(access_rules, OldestMuteConnectionGoesFirst) {
    config.access.limits.handshakes = 2;
    config.threads = 1; // they stand in line in the order in which they came
    const running_gateway gateway(config);
    plain_peer session(gateway.connect());
    session.open("/websockify"); // counts no more
    auto first = gateway.connect();
    first.send("GET / HT"_bytes);
    auto second = gateway.connect();
    second.send("GET / HT"_bytes);
    plain_peer third(gateway.connect());
    EXPECT_TRUE(first.is_closed_by_peer());
    third.open("/websockify");
    second.send("TP/1.1\r\nHost: h\r\n\r\n"_bytes);
    plain_peer answered(std::move(second));
    EXPECT_TRUE(answered.read_head().starts_with("HTTP/1.1 404 "));
}

// ---- reload ----

TEST_F(access_rules, FilesAreReadAgain) {
    config.access.passwords.all.files = {write("users", "u:secret\n")};
    running_gateway gateway(config);
    EXPECT_EQ(status(gateway, "/websockify", password("u:secret")), "101");
    write("users", "u:changed\n");
    EXPECT_EQ(status(gateway, "/websockify", password("u:secret")), "101") << "not asked to";
    gateway.reload();
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_EQ(status(gateway, "/websockify", password("u:secret")), "401");
    EXPECT_EQ(status(gateway, "/websockify", password("u:changed")), "101");
    write("users", "u:$apr1$no\n");
    gateway.reload();
    const auto line = gateway.lines.wait_for(" reload_failed ");
    EXPECT_NE(line.find("users: line 1: MD5 and SHA-1"), std::string::npos) << line;
    EXPECT_EQ(status(gateway, "/websockify", password("u:changed")), "101") << "all is kept";
}

TEST_F(access_rules, UnusableFilesAreToldAtStart) {
    config.access.passwords.all.files = {(directory_ / "none").string()};
    EXPECT_THROW(running_gateway{config}, std::runtime_error);
    config.access.passwords.all.files = {write("empty", "# nobody\n")};
    EXPECT_THROW(running_gateway{config}, std::runtime_error);
}

} // namespace doorman_test
