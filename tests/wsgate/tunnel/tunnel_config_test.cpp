// What the tunnel's command line, Help-Channel's file and the environment mean together.
// SPDX-License-Identifier: EUPL-1.2
#include "service/early_exit.hpp"
#include "tests/support/scratch_directory.hpp"
#include "wsgate/tunnel/tunnel_command_line.hpp"
#include "wsgate/tunnel/tunnel_config.hpp"
#include "wsgate/tunnel/tunnel_main.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace tunnel_config_test {

namespace {

using service::early_exit;
using wsgate::http_proxy;
using wsgate::tunnel_config;
using variables = std::map<std::string, std::string>;
using words = std::vector<const char*>;

std::variant<tunnel_config, service::early_exit> parse(words line, const variables& v = {}) {
    line.insert(line.begin(), "tunnel");
    return wsgate::parse_tunnel_command_line(
        static_cast<int>(line.size()), line.data(), [&v](const char* name) {
            const auto found = v.find(name);
            return found == v.end() ? std::string{} : found->second;
        });
}

tunnel_config config_of(words line, const variables& v = {}) {
    auto parsed = parse(std::move(line), v);
    if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
        throw std::runtime_error(bye->text);
    }
    return std::get<tunnel_config>(parsed);
}

std::string complaint(words line, const variables& v = {}, int exit_code = 64) {
    const auto parsed = parse(std::move(line), v);
    const auto* const bye = std::get_if<service::early_exit>(&parsed);
    if (bye == nullptr) {
        return "none";
    }
    EXPECT_EQ(bye->exit_code, exit_code) << bye->text;
    return bye->text;
}

std::string complaint_about_file(words line) {
    return complaint(std::move(line), {}, 78);
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

constexpr auto url = "--url=wss://desk.example/wsServer";

} // namespace

TEST(TunnelConfig, HasSafeDefaults) {
    const auto c = config_of({url});
    EXPECT_EQ(c.listen, net::parse_listen_at("127.0.0.1:6000"));
    EXPECT_EQ(to_string(c.url), "wss://desk.example:443/wsServer");
    EXPECT_TRUE(c.tls.verify);
    EXPECT_TRUE(c.tls.http);
    EXPECT_FALSE(c.proxy);
    EXPECT_EQ(c.ping, std::chrono::seconds(25));
    EXPECT_EQ(c.pong, std::chrono::seconds(75));
    EXPECT_EQ(c.timeout, std::chrono::seconds(10));
    EXPECT_EQ(c.retries, 0U);
    EXPECT_TRUE(c.warnings.empty());
}

TEST(TunnelConfig, WarnsOfWhatIsNotSafe) {
    const auto only = [](const words& line) {
        const auto all = config_of(line).warnings;
        return all.size() == 1 ? all.front() : std::to_string(all.size()) + " warnings";
    };
    EXPECT_TRUE(says(only({"--url=ws://h/"}), "not encrypted"));
    EXPECT_TRUE(says(only({url, "--insecure"}), "any server is believed"));
    EXPECT_TRUE(says(only({url, "--insecure", "--pin-sha256=x"}), "pinned key alone"));
    EXPECT_TRUE(says(only({url, "--listen=0.0.0.0:1"}), "other machines"));
    EXPECT_TRUE(says(only({url, "--listen=*:1"}), "other machines"));
    EXPECT_EQ(config_of({url, "--listen=[::1]:1"}).warnings.size(), 0U);
    EXPECT_TRUE(
        says(only({url, "--proxy=http://u:p@proxy:3128"}), "the password of --proxy can be seen"));
    EXPECT_EQ(config_of({url, "--proxy=http://u@proxy:3128"}).warnings.size(), 0U);
}

TEST(TunnelConfig, TakesTheProxyFromTheCommandLineTheFileOrTheEnvironment) {
    const support::scratch_directory directory;
    const auto file = directory.file("helpchannel.conf",
                                     "[ServerConfig]\nproxy_host: filed.example\nproxy_port: 81\n"
                                     "proxy_username: ann\nproxy_password: s3cret\n"
                                     "[TunnelConfig]\ntunnel_url: wss://filed.example/wsServer\n"
                                     "local_port=6001\n");
    const auto conf = "--config=" + file;
    const variables env{{"https_proxy", "http://e:f@env.example:82"}, {"no_proxy", "near.example"}};

    EXPECT_EQ(config_of({url, "--proxy=http://said.example:80", conf.c_str()}, env).proxy,
              (http_proxy{"said.example", 80, {}}));
    EXPECT_EQ(config_of({url, conf.c_str()}, env).proxy,
              (http_proxy{"filed.example", 81, {"ann", "s3cret"}}));
    EXPECT_EQ(config_of({url}, env).proxy, (http_proxy{"env.example", 82, {"e", "f"}}));
    EXPECT_FALSE(config_of({url, conf.c_str(), "--proxy=none"}, env).proxy);
    EXPECT_FALSE(config_of({"--url=wss://near.example/"}, env).proxy);

    const auto password = "--proxy-password-file=" + directory.file("password", "p w\r\nmore\n");
    EXPECT_EQ(config_of({url, "--proxy=h:1", "--proxy-user=u", password.c_str()}).proxy,
              (http_proxy{"h", 1, {"u", "p w"}}));

    const auto filed = config_of({conf.c_str()});
    EXPECT_EQ(to_string(filed.url), "wss://filed.example:443/wsServer");
    EXPECT_EQ(filed.listen, net::parse_listen_at("127.0.0.1:6001"));
    EXPECT_EQ(config_of({conf.c_str(), "--listen=127.0.0.1:7"}).listen,
              net::parse_listen_at("127.0.0.1:7"));
    EXPECT_EQ(config_of({conf.c_str(), "--listen=*:7"}).listen, net::parse_listen_at("*:7"));
}

TEST(TunnelConfig, DoesNotStopVerifyingForAFile) {
    const support::scratch_directory directory;
    const auto conf = "--config=" + directory.file("conf", "[TunnelConfig]\nssl_verify=False\n");
    const auto c = config_of({url, conf.c_str()});
    EXPECT_TRUE(c.tls.verify);
    ASSERT_EQ(c.warnings.size(), 1U);
    EXPECT_TRUE(says(c.warnings.front(), "ssl_verify=False is not followed"));
}

TEST(TunnelConfig, TakesTheRest) {
    const auto c = config_of({url,
                              "--listen",
                              "-",
                              "--retry",
                              "3",
                              "--once",
                              "-H",
                              "A: b",
                              "-H",
                              "C: d",
                              "--origin",
                              "https://o",
                              "--pin-sha256",
                              "x",
                              "--pin-sha256",
                              "y",
                              "--cafile",
                              "ca",
                              "--cert",
                              "c",
                              "--key",
                              "k",
                              "--connect-timeout",
                              "0.5",
                              "--ping-interval",
                              "0",
                              "--pong-timeout",
                              "2",
                              "--max-sessions",
                              "7",
                              "--ssl-version",
                              "tlsv1_3",
                              "--log-format",
                              "json",
                              "--log-level",
                              "warn",
                              "--log-file",
                              "l"});
    EXPECT_FALSE(c.listen);
    EXPECT_EQ(c.retries, 3U);
    EXPECT_TRUE(c.once);
    EXPECT_EQ(c.extras.fields, (std::vector<std::string>{"A: b", "C: d"}));
    EXPECT_EQ(c.extras.origin, "https://o");
    EXPECT_EQ(c.tls.pins, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(c.tls.ca_file + c.tls.certificate + c.tls.key, "cack");
    EXPECT_EQ(c.tls.minimum, wsgate::tls_minimum::v1_3);
    EXPECT_EQ(c.timeout, std::chrono::milliseconds(500));
    EXPECT_EQ(c.ping.count(), 0);
    EXPECT_EQ(c.pong, std::chrono::seconds(2));
    EXPECT_EQ(c.max_sessions, 7U);
    EXPECT_EQ(c.log_format, service::log_format::json);
    EXPECT_EQ(c.log_level, service::log_level::warn);
    EXPECT_EQ(c.log_file, "l");
}

TEST(TunnelConfig, ComplainsWithoutPasswords) {
    EXPECT_TRUE(says(complaint({}), "--url wss://HOST/wsServer"));
    EXPECT_TRUE(says(complaint({"--url=desk"}), "--url: it is not a URL"));
    EXPECT_TRUE(says(complaint({url, "--listen=6000"}), "--listen: 6000 is not ADDRESS:PORT"));
    for (const auto* const gateways : {"--listen=unix:/run/hc", "--listen=tls:127.0.0.1:6000",
                                       "--listen=127.0.0.1:6000=viewer"}) {
        EXPECT_TRUE(says(complaint({url, gateways}), "is not ADDRESS:PORT")) << gateways;
    }
    EXPECT_TRUE(says(complaint({url, "--cafile", ""}), "--cafile: a value is missing"));
    EXPECT_TRUE(says(complaint({url, "--proxy=socks5://h"}), "--proxy: only http:// proxies"));
    EXPECT_TRUE(says(complaint({url}, {{"https_proxy", "a b"}}), "the environment's proxy"));
    EXPECT_TRUE(says(complaint({url, "-HHost: x"}), "-H: "));
    EXPECT_TRUE(says(complaint({url, "--origin=a\nb"}), "--origin: "));
    EXPECT_TRUE(says(complaint({url, "--key=k"}), "--cert FILE"));
    EXPECT_TRUE(says(complaint({url, "--nonsense"}), "--nonsense"));
    for (const auto& text : {complaint({"--url=wss://u:hunter2@h:x/"}),
                             complaint({url, "--proxy=http://u:hunter2@h:x"}),
                             complaint({url}, {{"https_proxy", "http://u:hunter2@h:x"}})}) {
        EXPECT_NE(text, "none");
        EXPECT_FALSE(says(text, "hunter2")) << text;
    }
}

TEST(TunnelConfig, AddsUpWhatMayBeRepeatedAndRefusesTheRest) {
    const std::string pin(43, 'A');
    const auto one = "--pin-sha256=" + pin + "=";
    const auto other = "--pin-sha256=sha256//" + pin + "=";
    const auto c = config_of({url, "-HA: 1", "-H", "B: 2", "--header=C: 3", "--header", "D: 4",
                              one.c_str(), other.c_str()});
    EXPECT_EQ(c.extras.fields, (std::vector<std::string>{"A: 1", "B: 2", "C: 3", "D: 4"}));
    EXPECT_EQ(c.tls.pins.size(), 2U);
    const auto parsed = parse({"--help"});
    const auto& help = std::get<service::early_exit>(parsed).text;
    for (const std::string option :
         {"--listen=127.0.0.1:0", "--url=wss://a/", "--config=/a", "--origin=a", "--proxy=h",
          "--proxy-user=a", "--proxy-password-file=/a", "--cafile=/a", "--cert=/a", "--key=/a",
          "--ssl-version=tlsv1_2", "--connect-timeout=1", "--ping-interval=1", "--pong-timeout=1",
          "--retry=1", "--max-sessions=1", "--log-file=/a", "--log-format=text",
          "--log-level=info"}) {
        const auto name = option.substr(0, option.find('='));
        EXPECT_TRUE(says(help, name)) << name;
        EXPECT_TRUE(
            says(complaint({option.c_str(), option.c_str()}), name + ": takes one value, not 2"))
            << name;
    }
}

TEST(TunnelConfig, ReadsPasswordsOfOtherSystems) {
    const support::scratch_directory directory;
    const std::string long_line(1000, 'x');
    for (const auto& [text, password] : std::vector<std::pair<std::string, std::string>>{
             {"secret", "secret"},
             {"secret\r\nmore", "secret"},
             {"secret \n", "secret "},
             {"\xef\xbb\xbfsecret\r\n", "secret"},
             {long_line + "\n", long_line},
         }) {
        EXPECT_EQ(wsgate::read_password(directory.file("p", text)), password);
    }
    EXPECT_THROW((void)wsgate::read_password(directory.file("p", long_line + "x\n")),
                 wsgate::tunnel_file_unusable);
}

TEST(TunnelConfig, ComplainsOfFilesWithAnotherStatus) {
    const support::scratch_directory directory;
    const auto bad_url =
        "--config=" + directory.file("u", "[TunnelConfig]\ntunnel_url: wss://u:hunter2@h:x/\n");
    const auto bad_port = "--config=" + directory.file("a", "[TunnelConfig]\nlocal_port: x\n");
    const auto bad_proxy =
        "--config=" + directory.file("b", "[ServerConfig]\nproxy_host: h\nproxy_port: 0\n");
    const auto empty = "--proxy-password-file=" + directory.file("c", "");
    const auto too_long = "--config=" + directory.file("d", std::string(70'000, '#'));
    EXPECT_TRUE(says(complaint_about_file({url, bad_port.c_str()}), "local_port"));
    EXPECT_TRUE(says(complaint_about_file({url, bad_proxy.c_str()}), "proxy_port"));
    EXPECT_TRUE(says(complaint_about_file({url, "--config=/none"}), "cannot read /none: No such"));
    EXPECT_TRUE(says(complaint_about_file({url, too_long.c_str()}), "longer than 64 KiB"));
    EXPECT_TRUE(
        says(complaint_about_file({url, "--proxy=h", empty.c_str()}), "cannot read a pass"));
    const auto wide = directory.file("e", std::string{"p\0w\0\r\0\n\0", 8});
    const auto wide_password = "--proxy-password-file=" + wide;
    const auto wide_config = "--config=" + wide;
    EXPECT_TRUE(says(complaint_about_file({url, "--proxy=h", wide_password.c_str()}), "UTF-16"));
    EXPECT_TRUE(says(complaint_about_file({url, wide_config.c_str()}), "UTF-16"));
    const auto about_url = complaint_about_file({bad_url.c_str()});
    EXPECT_TRUE(says(about_url, "tunnel_url"));
    EXPECT_FALSE(says(about_url, "hunter2")) << about_url;
}

TEST(TunnelConfig, HelpsWithStatusZero) {
    const auto parsed = parse({"--help"});
    const auto& bye = std::get<service::early_exit>(parsed);
    EXPECT_EQ(bye.exit_code, 0);
    EXPECT_TRUE(says(bye.text, "--pin-sha256"));
}

TEST(TunnelConfig, KnowsWhoIsCalled) {
    const auto is_tunnel = [](words line) {
        return wsgate::is_tunnel(static_cast<int>(line.size()), line.data());
    };
    EXPECT_TRUE(is_tunnel({"wsgate", "tunnel"}));
    EXPECT_TRUE(is_tunnel({"/usr/bin/wsgate", "tunnel", "--help"}));
    EXPECT_TRUE(is_tunnel({"/usr/bin/hctunnel.py"}));
    EXPECT_TRUE(is_tunnel({"hctunnel"}));
    EXPECT_FALSE(is_tunnel({"wsgate"}));
    EXPECT_FALSE(is_tunnel({"wsgate", "--listen", "tunnel"}));
    EXPECT_FALSE(is_tunnel({"/opt/hctunnel/wsgate"}));
    EXPECT_FALSE(is_tunnel({}));
}

} // namespace tunnel_config_test
