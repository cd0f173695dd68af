// The command line: what it gives, and how it refuses.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using wsgate::config;
using wsgate::farewell;
using wsgate::parse_listen;
using wsgate::parse_target;

std::variant<config, farewell> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "wsgate");
    return wsgate::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

config good(std::vector<const char*> arguments) {
    return std::get<config>(parse(std::move(arguments)));
}

} // namespace

TEST(Config, HasTheDefaults) {
    const auto c = good({});
    EXPECT_EQ(c.listen, std::vector<wsgate::listen_address>{wsgate::listen_address{}});
    EXPECT_EQ(to_string(c.server_target), "127.0.0.1:5500");
    EXPECT_EQ(to_string(c.viewer_target), "127.0.0.1:5900");
    EXPECT_EQ(c.bridge.max_frame, 65536U);
    EXPECT_EQ(c.bridge.ping, 25s);
    EXPECT_EQ(c.pong_timeout, 50s);
    EXPECT_EQ(c.limits.handshake, 10s);
    EXPECT_EQ(c.limits.connect, 10s);
    EXPECT_EQ(c.bridge.close, 5s);
    EXPECT_GE(c.threads, 1U);
}

TEST(Config, TakesEveryOption) {
    const auto c = good({"--listen",
                         "127.0.0.1:1",
                         "--listen",
                         "[::1]:2",
                         "--server-target",
                         "s:3",
                         "--viewer-target",
                         "[::2]:4",
                         "--web",
                         "/w",
                         "--cert",
                         "/c",
                         "--key",
                         "/k",
                         "--ssl-version",
                         "tlsv1_3",
                         "--threads",
                         "3",
                         "--ping-interval",
                         "0",
                         "--pong-timeout",
                         "1.5",
                         "--handshake-timeout",
                         "2",
                         "--connect-timeout",
                         "0.25",
                         "--max-frame",
                         "1024",
                         "--log-file",
                         "/l",
                         "--log-format",
                         "json",
                         "--log-level",
                         "debug"});
    ASSERT_EQ(c.listen.size(), 2U);
    EXPECT_EQ(c.listen[0], *parse_listen("127.0.0.1:1"));
    EXPECT_EQ(c.listen[1], *parse_listen("[::1]:2"));
    EXPECT_EQ(c.target_of(wsgate::route::server), (wsgate::target{"s", 3}));
    EXPECT_EQ(c.target_of(wsgate::route::viewer), (wsgate::target{"::2", 4}));
    EXPECT_EQ(c.web + c.certificate + c.key + c.log_file, "/w/c/k/l");
    EXPECT_EQ(c.tls_minimum, wsgate::tls_minimum::v1_3);
    EXPECT_EQ(c.threads, 3U);
    EXPECT_EQ(c.bridge.ping, 0s);
    EXPECT_EQ(c.pong_timeout, 1500ms);
    EXPECT_EQ(c.limits.handshake, 2s);
    EXPECT_EQ(c.limits.connect, 250ms);
    EXPECT_EQ(c.bridge.max_frame, 1024U);
    EXPECT_EQ(c.log_format, wsgate::log_format::json);
    EXPECT_EQ(c.log_level, net::log_level::debug);
}

TEST(Config, RefusesInOneLineThatNamesTheOption) {
    const std::vector<std::vector<const char*>> table{
        {"--listen", "6080"},
        {"--listen", "::1:6080"},
        {"--listen", "host:6080"},
        {"--listen", "127.0.0.1:65536"},
        {"--listen", "127.0.0.1:"},
        {"--listen", "[127.0.0.1]:1"},
        {"--server-target", "5500"},
        {"--server-target", "h:0"},
        {"--viewer-target", "::1:5900"},
        {"--viewer-target", "h:5900x"},
        {"--viewer-target", ":5900"},
        {"--key", "/k"},
        {"--ssl-version", "tlsv1_1"},
        {"--threads", "0"},
        {"--threads", "many"},
        {"--ping-interval", "-1"},
        {"--handshake-timeout", "0"},
        {"--max-frame", "0"},
        {"--max-frame", "65537"},
        {"--log-format", "xml"},
        {"--log-level", "loud"},
    };
    for (const auto& arguments : table) {
        const auto got = parse(arguments);
        const auto* bye = std::get_if<farewell>(&got);
        ASSERT_NE(bye, nullptr) << arguments[0] << " " << arguments[1];
        EXPECT_EQ(bye->exit_code, 64);
        EXPECT_NE(bye->text.find(arguments[0]), std::string::npos) << bye->text;
        EXPECT_EQ(bye->text.find('\n'), bye->text.size() - 1) << bye->text;
    }
    for (const auto* const unknown : {"--no-such", "positional"}) {
        EXPECT_EQ(std::get<farewell>(parse({unknown})).exit_code, 64) << unknown;
    }
}

TEST(Config, HelpAndVersionAreNoErrors) {
    EXPECT_EQ(std::get<farewell>(parse({"--help"})).exit_code, 0);
    EXPECT_EQ(std::get<farewell>(parse({"--version"})).text.rfind("wsgate ", 0), 0U);
    const auto help = std::get<farewell>(parse({"--help"})).text;
    for (const auto* const option :
         {"--listen", "--server-target", "--viewer-target", "--web", "--cert", "--key",
          "--ssl-version", "--threads", "--ping-interval", "--pong-timeout", "--handshake-timeout",
          "--connect-timeout", "--max-frame", "--log-file", "--log-format", "--log-level"}) {
        EXPECT_NE(help.find(option), std::string::npos) << option;
    }
}

TEST(Addresses, AreReadAndWritten) {
    for (const auto* const text : {"h:1", "192.0.2.7:5900", "[2001:db8::7]:65535"}) {
        const auto t = parse_target(text);
        ASSERT_TRUE(t) << text;
        EXPECT_EQ(to_string(*t), text);
    }
    EXPECT_FALSE(parse_listen("*:6080")->address);
    EXPECT_EQ(parse_listen("*:0")->port, 0);
    EXPECT_TRUE(parse_listen("[::]:6080")->address->is_v6());
    EXPECT_FALSE(parse_listen(""));
    EXPECT_FALSE(parse_listen(":6080"));
}
