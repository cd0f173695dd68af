// The options of access: what they give, how they refuse; and the program that makes tokens.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/make_token.hpp"
#include "wsgate/options/command_line.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace access_flags_test {

namespace {

using service::early_exit;
using wsgate::config;
using kind = wsgate::token_options::kind;
using rule = wsgate::origin_rule;

std::variant<config, service::early_exit> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "wsgate");
    return wsgate::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

wsgate::access_options good(std::vector<const char*> arguments) {
    auto parsed = parse(std::move(arguments));
    if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
        throw std::runtime_error(bye->text);
    }
    return std::get<config>(parsed).access;
}

} // namespace

TEST(AccessOptions, HaveTheDefaults) {
    const auto a = good({});
    EXPECT_EQ(a.origins.of("/websockify"), std::nullopt);
    EXPECT_FALSE(a.origin_required || a.files_need_login || a.common_names);
    EXPECT_FALSE(a.passwords.of("/websockify").is_used() || a.tokens.is_used());
    EXPECT_EQ(a.proxies, wsgate::proxy_rules{});
    EXPECT_EQ(a.limits.sessions, (wsgate::session_caps{1000, 0}));
    EXPECT_EQ(a.limits.handshakes, 4096U);
    EXPECT_EQ(a.limits.exempt, wsgate::loopback_networks());
    EXPECT_EQ(a.brake.burst, 20);
    EXPECT_EQ(a.token_paths, (std::vector<std::string>{"/wsClient", "/websockify"}));
}

TEST(AccessOptions, MayHoldForOnePathOnly) {
    const auto a = good({"--origin", "same-host", "--origin", "/wsClient/=https://a.example,null",
                         "--auth-file", "/etc/users", "--auth-file", "/websockify=/etc/others"});
    EXPECT_EQ(a.origins.of("/any")->rules.at(0).what, rule::kind::same_host);
    EXPECT_EQ(a.origins.of("/wsClient")->rules.size(), 2U);
    EXPECT_EQ(a.origins.of("/wsClient/")->rules.size(), 2U);
    EXPECT_EQ(a.passwords.of("/wsClient").files, std::vector<std::string>{"/etc/users"});
    EXPECT_EQ(a.passwords.of("/websockify").files, std::vector<std::string>{"/etc/others"});
}

TEST(AccessOptions, AreTakenOver) {
    const auto a = good({"--trusted-proxy",
                         "10.0.0.0/8, ::1",
                         "--real-ip-header",
                         "forwarded",
                         "--origin-required",
                         "--max-sessions",
                         "5",
                         "--max-per-ip",
                         "2",
                         "--max-handshakes",
                         "3",
                         "--max-failures",
                         "0",
                         "--token-source",
                         "/t",
                         "--token-plugin",
                         "TokenFileName",
                         "--token-key",
                         "/k1",
                         "--token-key",
                         "/k2",
                         "--allow-target",
                         "10.0.0.0/8:5900",
                         "--allow-target",
                         "a:1,unix:/run/x",
                         "--host-token",
                         "--route",
                         "/only=h:1",
                         "--token-path",
                         "/only"});
    EXPECT_EQ(a.proxies.trusted.size(), 2U);
    EXPECT_EQ(a.proxies.header, wsgate::real_ip_header::forwarded);
    EXPECT_TRUE(a.origin_required);
    EXPECT_EQ(a.limits.sessions, (wsgate::session_caps{5, 2}));
    EXPECT_EQ(a.limits.handshakes, 3U);
    EXPECT_EQ(a.brake.burst, 0);
    EXPECT_EQ(a.tokens.what, kind::file_name);
    EXPECT_EQ(a.tokens.path, "/t");
    EXPECT_EQ(a.tokens.keys, (std::vector<std::string>{"/k1", "/k2"}));
    EXPECT_EQ(a.tokens.allow.size(), 3U);
    EXPECT_TRUE(a.tokens.from_host);
    EXPECT_EQ(a.token_paths, std::vector<std::string>{"/only"});
    EXPECT_TRUE(good({"--trusted-proxy", "none"}).proxies.trusted.empty());
    EXPECT_EQ(good({"--source-exempt", "10.0.0.0/8,::1"}).limits.exempt.size(), 2U);
    EXPECT_TRUE(good({"--source-exempt", "none"}).limits.exempt.empty());
}

TEST(AccessOptions, AddUp) {
    const auto a = good({"--origin",        "https://a",
                         "--origin",        "/wsClient=null",
                         "--origin",        "app://.,https://b",
                         "--origin",        "/wsClient/=https://c",
                         "--auth-file",     "/a",
                         "--auth-file",     "/b",
                         "--auth-file",     "/wsClient=/c",
                         "--auth-file",     "/wsClient=/d",
                         "--trusted-proxy", "10.0.0.1",
                         "--trusted-proxy", "10.0.0.2,::1"});
    EXPECT_EQ(to_string(*a.origins.all), "https://a,app://.,https://b");
    EXPECT_EQ(to_string(*a.origins.of("/wsClient")), "null,https://c");
    EXPECT_EQ(a.passwords.all.files, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_EQ(a.passwords.of("/wsClient").files, (std::vector<std::string>{"/c", "/d"}));
    EXPECT_EQ(a.proxies.trusted.size(), 3U);
    const auto both = good(
        {"--auth-plugin", "ExpectOrigin", "--auth-source", "https://a", "--origin", "https://b"});
    EXPECT_EQ(to_string(*both.origins.all), "https://a,https://b");
    const auto plain =
        good({"--auth-plugin", "BasicHTTPAuth", "--auth-source", "u:p", "--auth-file", "/a"});
    EXPECT_EQ(plain.passwords.all.plain, "u:p");
    EXPECT_EQ(plain.passwords.all.files, std::vector<std::string>{"/a"});
}

TEST(AccessOptions, UnderstandWebsockifysWords) {
    const auto basic =
        good({"--auth-plugin", "BasicHTTPAuth", "--auth-source", "u:$p", "--web-auth"});
    EXPECT_EQ(basic.passwords.all.plain, "u:$p");
    EXPECT_TRUE(basic.files_need_login);
    const auto expect = good({"--auth-plugin", "auth_plugins.ExpectOrigin", "--auth-source",
                              "https://a.example http://b"});
    EXPECT_EQ(expect.origins.of("/x")->rules.size(), 2U);
    EXPECT_TRUE(expect.origin_required);
    const auto nobody = good({"--auth-plugin", "ExpectOrigin"});
    EXPECT_FALSE(nobody.origins.of("/x")->admits("https://a.example", {"a.example"}));
    const auto names = good({"--auth-plugin", "ClientCertCNAuth", "--auth-source", "one two"});
    EXPECT_EQ(names.common_names, (std::vector<std::string>{"one", "two"}));
    EXPECT_TRUE(good({"--auth-plugin", "ClientCertCNAuth", "--web-auth"}).files_need_login);
    EXPECT_EQ(good({"--target-config", "/t"}).tokens.what, kind::file);
    EXPECT_EQ(good({"--token-plugin", "ReadOnlyTokenFile", "--token-source", "/t"}).tokens.what,
              kind::read_once);
}

TEST(AccessOptions, AreRefusedWithAReason) {
    const std::vector<std::vector<const char*>> table{
        {"--origin", "a.example"},
        {"--origin", "/websockify="},
        {"--origin", "/nowhere=https://a"},
        {"--auth-file", "/nowhere=/f"},
        {"--auth-file", "/websockify=/f", "--prefix", "/vnc"},
        {"--token-path", "/nowhere", "--token-source", "/t"},
        {"--send-proxy", "/nowhere=v1"},
        {"--send-proxy", "v1", "--send-proxy", "v2"},
        {"--route", "/a=h:1", "--route", "/a/=h:2"},
        {"--verify-client=require", "--verify-client=none", "--cert", "/c", "--cafile", "/ca"},
        {"--trusted-proxy", "none", "--trusted-proxy", "10.0.0.1"},
        {"--web=", "--origin-required"},
        {"--auth-file", ""},
        {"--auth-file", "/f", "--auth-file", "/websockify="},
        {"--token-source", ""},
        {""},
        {"--trusted-proxy", "10.0.0.0/33"},
        {"--trusted-proxy", "proxy.example"},
        {"--real-ip-header", "X-Client"},
        {"--web-auth"},
        {"--web-auth", "--auth-plugin", "ExpectOrigin"}, // pages are asked for without an Origin
        {"--auth-source", "u:p"},
        {"--auth-plugin", "PamAuth"},
        {"--auth-source", "nocolon", "--auth-plugin", "BasicHTTPAuth"},
        {"--token-plugin", "JWTTokenApi", "--token-source", "/k"},
        {"--token-plugin", "TokenFile"},
        {"--target-config", "/a", "--token-source", "/b"},
        {"--host-token"},
        {"--allow-target", "10.0.0.0/8:5900"},
        {"--allow-target", "10.0.0.0/8", "--token-source", "/t"},
        {"--max-sessions", "0"},
        {"--max-handshakes", "0"},
        {"--max-tls-handshakes", "0"},
        {"--max-per-ip", "-1"},
        {"--connection-rate", "50"},
        {"--upgrade-rate", "fast"},
        {"--source-exempt", "10.0.0.0/33"},
        {"--max-failures", "-1"},
    };
    for (const auto& arguments : table) {
        const auto got = parse(arguments);
        const auto* bye = std::get_if<service::early_exit>(&got);
        ASSERT_NE(bye, nullptr) << arguments[0];
        EXPECT_EQ(bye->exit_code, 64);
        const std::string option = arguments[0];
        EXPECT_NE(bye->text.find(option.substr(0, option.find('='))), std::string::npos)
            << bye->text;
    }
}

TEST(MakeToken, PrintsATokenOrSaysWhyNot) {
    std::string key = testing::TempDir() + "wsgate-key-XXXXXX";
    const int fd = ::mkstemp(key.data());
    ASSERT_GE(fd, 0);
    ::close(fd);
    std::ofstream(key) << "0123456789abcdef\n";
    const auto run = [&](std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "make-token");
        return wsgate::make_token(static_cast<int>(arguments.size()), arguments.data());
    };
    testing::internal::CaptureStdout();
    EXPECT_EQ(run({"--key", key.c_str(), "--target", "10.0.0.7:5900", "--ttl", "60"}), 0);
    const auto token = testing::internal::GetCapturedStdout();
    EXPECT_TRUE(token.starts_with("s1.") && token.ends_with("\n")) << token;
    const auto now = static_cast<std::uint64_t>(std::time(nullptr));
    const auto is_good_at = [&](std::uint64_t when) {
        return std::holds_alternative<wsgate::target>(wsgate::check_signed_token(
            {"0123456789abcdef"}, token.substr(0, token.size() - 1), when));
    };
    EXPECT_TRUE(is_good_at(now + 50));
    EXPECT_FALSE(is_good_at(now + 61));
    testing::internal::CaptureStderr();
    EXPECT_EQ(run({"--key", key.c_str(), "--target", "10.0.0.7"}), 64);
    EXPECT_EQ(run({"--key", key.c_str()}), 64);
    EXPECT_EQ(run({"--key", "/nonexistent", "--target", "10.0.0.7:5900"}), 78);
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("/nonexistent: cannot read the key"), std::string::npos) << said;
    EXPECT_NE(said.find("wsgate make-token: --target is required (--help lists the options)\n"),
              std::string::npos)
        << said;
    std::filesystem::remove(key);
}

} // namespace access_flags_test
