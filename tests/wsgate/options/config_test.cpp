// The command line: what it gives, and how it refuses.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/command_line.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace config_test {

namespace {

using namespace std::chrono_literals;
using service::early_exit;
using wsgate::config;
using wsgate::parse_listen;
using wsgate::parse_target;

std::variant<config, service::early_exit> parse(std::vector<const char*> arguments) {
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

TEST(Config, MuteViewersMissTwoPings) {
    EXPECT_EQ(good({"--ping-interval", "60"}).pong_timeout, 120s);
    EXPECT_EQ(good({"--ping-interval", "60", "--pong-timeout", "7"}).pong_timeout, 7s);
    EXPECT_EQ(good({"--ping-interval", "60", "--pong-timeout", "0"}).pong_timeout, 0s);
}

TEST(Config, SaysHowTheProcessLives) {
    const auto nothing = good({}).process;
    EXPECT_FALSE(nothing.check || nothing.background || nothing.inetd || nothing.run_once);
    EXPECT_EQ(nothing.timeout + nothing.idle_exit, 0ms);
    const auto c =
        good({"-D", "--user", "vnc", "--inetd", "--run-once", "--timeout", "1.5", "--idle-exit",
              "60", "--session-idle", "0.25", "--check", "--syslog", "/dev/log"});
    EXPECT_TRUE(c.process.background && c.process.inetd && c.process.run_once && c.process.check);
    EXPECT_EQ(c.process.rights.user + c.syslog, "vnc/dev/log");
    EXPECT_EQ(c.process.timeout, 1500ms);
    EXPECT_EQ(c.process.idle_exit, 60s);
    EXPECT_EQ(c.bridge.idle, 250ms);
}

TEST(Config, WarnsOfPasswordsThatAllCanSee) {
    const auto c = good({"--auth-plugin", "BasicHTTPAuth", "--auth-source", "u:p"});
    ASSERT_EQ(c.warnings.size(), 1U);
    EXPECT_EQ(c.warnings.front(), "--auth-source holds a password, which can be seen in the list "
                                  "of processes: prefer --auth-file");
    EXPECT_TRUE(
        good({"--auth-plugin", "ExpectOrigin", "--auth-source", "https://a"}).warnings.empty());
}

TEST(Config, SwitchesOnWhatOldClientsAndBalancersNeed) {
    const auto off = good({});
    EXPECT_EQ(off.bridge.text, wsgate::text_frames::refuse);
    EXPECT_EQ(off.session.openings.base64, wsgate::base64_offers::refuse);
    EXPECT_FALSE(off.session.connect_first || off.session.verbose_close);
    EXPECT_FALSE(off.session.tells_status("/wsServer"));
    EXPECT_EQ(good({"--base64"}).session.openings.base64, wsgate::base64_offers::take);
    const auto on = good({"--text-frames", "forward", "--connect-first", "--verbose-close",
                          "--prefix", "/vnc", "--legacy-status", "/vnc/wsServer"});
    EXPECT_EQ(on.bridge.text, wsgate::text_frames::forward);
    EXPECT_TRUE(on.session.connect_first && on.session.verbose_close);
    EXPECT_TRUE(on.session.tells_status("/vnc/wsServer"));
    EXPECT_FALSE(on.session.tells_status("/vnc/wsClient"));
    for (const auto* path : {"/nope", "wsServer", "/vnc/wsServer"}) {
        const auto refused = std::get<service::early_exit>(parse({"--legacy-status", path}));
        EXPECT_EQ(refused.exit_code, 64);
        EXPECT_NE(refused.text.find(path), std::string::npos) << refused.text;
    }
}

TEST(Config, SaysWhatBrowsersMayDoWithFiles) {
    const auto nothing = good({}).files;
    EXPECT_EQ(nothing.max_age, 1h);
    EXPECT_EQ(nothing.frame_options, "");
    const auto c = good({"--cache-max-age", "0", "--frame-options", "sameorigin"}).files;
    EXPECT_EQ(c.max_age, 0s);
    EXPECT_EQ(c.frame_options, "SAMEORIGIN");
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
    EXPECT_EQ(c.target_of(c.routes.at(0)), (wsgate::target{"s", 3}));
    EXPECT_EQ(c.target_of(c.routes.at(1)), (wsgate::target{"::2", 4}));
    EXPECT_EQ(c.web + c.tls.certificates.at(0).chain + c.tls.certificates.at(0).key + c.log_file,
              "/w/c/k/l");
    EXPECT_EQ(c.tls.minimum, wsgate::tls_minimum::v1_3);
    EXPECT_EQ(c.threads, 3U);
    EXPECT_EQ(c.bridge.ping, 0s);
    EXPECT_EQ(c.pong_timeout, 1500ms);
    EXPECT_EQ(c.limits.handshake, 2s);
    EXPECT_EQ(c.limits.connect, 250ms);
    EXPECT_EQ(c.bridge.max_frame, 1024U);
    EXPECT_EQ(c.log_format, service::log_format::json);
    EXPECT_EQ(c.log_level, service::log_level::debug);
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
        {"--cache-max-age", "-1"},
        {"--cache-max-age", "31536001"},
        {"--frame-options", "ALLOWALL"},
        {"--max-frame", "0"},
        {"--max-frame", "65537"},
        {"--log-format", "xml"},
        {"--log-level", "loud"},
    };
    for (const auto& arguments : table) {
        const auto got = parse(arguments);
        const auto* bye = std::get_if<service::early_exit>(&got);
        ASSERT_NE(bye, nullptr) << arguments[0] << " " << arguments[1];
        EXPECT_EQ(bye->exit_code, 64);
        EXPECT_NE(bye->text.find(arguments[0]), std::string::npos) << bye->text;
        EXPECT_EQ(bye->text.find('\n'), bye->text.size() - 1) << bye->text;
    }
    for (const auto* const unknown : {"--no-such", "positional"}) {
        EXPECT_EQ(std::get<service::early_exit>(parse({unknown})).exit_code, 64) << unknown;
    }
}

TEST(Config, SaysWhatAValueMayBe) {
    const auto complaint = [](std::vector<const char*> arguments) {
        return std::get<service::early_exit>(parse(std::move(arguments))).text;
    };
    EXPECT_EQ(complaint({"--log-format", "xml"}),
              "wsgate: --log-format: xml is not one of text|json (--help lists the options)\n");
    EXPECT_EQ(complaint({"--handshake-timeout", "nan"}),
              "wsgate: --handshake-timeout: nan is not a number of seconds from 0.001 to 86400 "
              "(--help lists the options)\n");
    EXPECT_EQ(good({"--log-format", "JSON"}).log_format, service::log_format::json);
    EXPECT_EQ(good({"--frame-options", "deny"}).files.frame_options, "DENY");
}

TEST(Config, HelpAndVersionAreNoErrors) {
    EXPECT_EQ(std::get<service::early_exit>(parse({"--help"})).exit_code, 0);
    EXPECT_EQ(std::get<service::early_exit>(parse({"--version"})).text.rfind("wsgate ", 0), 0U);
    const auto help = std::get<service::early_exit>(parse({"--help"})).text;
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

TEST(Config, PairsCertificatesAndKeysInTheirOrder) {
    const auto c = good({"--cert", "a", "--key", "b", "--cert", "c", "--key", "d"});
    EXPECT_EQ(c.tls.certificates, (std::vector<wsgate::certificate_files>{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(good({"--cert", "a", "--cert", "b"}).tls.certificates,
              (std::vector<wsgate::certificate_files>{{"a", ""}, {"b", ""}}));
    EXPECT_EQ(good({"--tls-watch", "0"}).tls.watch, 0ms);
    EXPECT_EQ(good({}).tls.watch, 60s);
    for (const auto& bad :
         std::vector<std::vector<const char*>>{{"--key", "a"},
                                               {"--cert", "a", "--cert", "b", "--key", "c"},
                                               {"--ssl-version", "tlsv1_1"},
                                               {"--target-cafile", "a", "--target-insecure"},
                                               {"--listen", "tls:*:1"},
                                               {"--listen", "sniff:*:1"}}) {
        EXPECT_EQ(std::get<service::early_exit>(parse(bad)).exit_code, 64) << bad.front();
    }
}

TEST(Config, KnowsWhoNeedsACertificate) {
    using wsgate::client_certificates;
    using wsgate::client_rule;
    const auto required = client_certificates::required;
    const auto rules = [](std::vector<const char*> more) {
        std::vector<const char*> all{"--cert", "c", "--cafile", "a"};
        all.insert(all.end(), more.begin(), more.end());
        return good(all);
    };
    EXPECT_EQ(rules({}).tls.clients, client_certificates::none);
    for (const auto& all : std::vector<std::vector<const char*>>{
             {"--verify-client"}, {"--verify-client", "require"}, {"--allow-client-name", "n"}}) {
        const auto c = rules(all);
        EXPECT_EQ(c.client_rules.of("/wsServer").ask, required) << all.back();
        EXPECT_TRUE(c.tls.every_place_requires);
    }
    auto c = rules({"--verify-client", "request"});
    EXPECT_EQ(c.tls.clients, client_certificates::wanted);
    EXPECT_FALSE(c.tls.every_place_requires);

    c = rules({"--verify-client", "/wsServer=require", "--allow-client-name", "pc7",
               "--allow-client-name", "/wsServer/=pc8"});
    EXPECT_EQ(c.tls.clients, required);
    EXPECT_FALSE(c.tls.every_place_requires);
    EXPECT_EQ(c.client_rules.of("/wsServer"), (client_rule{required, {"pc8"}}));
    EXPECT_EQ(c.client_rules.of("/websockify").ask, client_certificates::none);

    c = rules({"--verify-client", "--verify-client", "/wsClient=none"});
    EXPECT_EQ(c.client_rules.of("/wsClient").ask, client_certificates::none);
    EXPECT_EQ(c.client_rules.of("/wsServer").ask, required);
    EXPECT_FALSE(c.tls.every_place_requires);

    for (const auto& bad : std::vector<std::vector<const char*>>{
             {"--verify-client", "--cert", "c"},
             {"--verify-client", "--cafile", "a"},
             {"--cert", "c", "--cafile", "a", "--verify-client", "perhaps"}}) {
        EXPECT_EQ(std::get<service::early_exit>(parse(bad)).exit_code, 64) << bad.back();
    }
}

TEST(Config, KnowsHowAListenerOrATargetSpeaks) {
    using wsgate::speech;
    EXPECT_EQ(parse_listen("*:1")->speaks, speech::by_certificate);
    EXPECT_EQ(parse_listen("plain:*:1")->speaks, speech::plain);
    EXPECT_EQ(parse_listen("tls:127.0.0.1:1")->speaks, speech::tls);
    EXPECT_EQ(parse_listen("sniff:[::1]:1")->speaks, speech::sniffed);
    EXPECT_FALSE(parse_listen("TLS:1"));
    EXPECT_TRUE(parse_target("tls:host:1")->tls);
    EXPECT_EQ(parse_target("tls:[::1]:1")->host, "::1");
    EXPECT_EQ(to_string(*parse_target("tls:[::1]:1")), "tls:[::1]:1");
    EXPECT_FALSE(parse_target("host:1")->tls);
    EXPECT_EQ(parse_target("tls:1")->host, "tls"); // a host of that name
}

} // namespace config_test
