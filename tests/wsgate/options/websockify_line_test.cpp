// websockify's command lines: what they mean here, and how they are refused.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/command_line.hpp"
#include "wsgate/options/inherited_listeners.hpp"
#include "wsgate/options/websockify_line.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace websockify_line_test {

namespace {

using namespace std::chrono_literals;
using service::early_exit;
using wsgate::catch_all;
using wsgate::config;
using wsgate::speech;
using wsgate::target;
using wsgate::visitor;
using strings = std::vector<std::string>;

std::variant<config, service::early_exit> parse(const strings& words) {
    std::vector<const char*> arguments{"websockify"};
    for (const auto& word : words) {
        arguments.push_back(word.c_str());
    }
    return wsgate::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

config good(const strings& words) {
    auto parsed = parse(words);
    if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
        throw std::runtime_error(bye->text);
    }
    return std::get<config>(std::move(parsed));
}

std::string listener_of(const config& c) {
    const auto& at = c.listen.at(0);
    if (!at.unix_path.empty()) {
        return "unix:" + at.unix_path;
    }
    return (at.address ? at.address->to_string() : "*") + " " + std::to_string(at.port);
}

/// Empty: as tokens say.
std::string target_of(const config& c) {
    const auto& all = c.listen.at(0).leads_to;
    return !all ? "by its path" : all->to ? to_string(*all->to) : "";
}

} // namespace

TEST(WebsockifyLine, IsOneListenerForOneTarget) {
    struct row {
        strings words;
        std::string at;
        std::string to;
    };

    const std::vector<row> table{
        {{"6080", "localhost:5900"}, "* 6080", "localhost:5900"},
        {{":6080", "h:1"}, "* 6080", "h:1"},
        {{"127.0.0.1:6080", "[::1]:5900"}, "127.0.0.1 6080", "[::1]:5900"},
        {{"[::1]:6080", "::1:5900"}, "::1 6080", "[::1]:5900"},
        {{"::1:6080", "h:1"}, "::1 6080", "h:1"},
        {{"[::]:6080", "h:1"}, "* 6080", "h:1"}, // as Python's socket, which hears IPv4 as well
        {{":::6080", "h:1"}, "* 6080", "h:1"},
        {{"*:6080", "h:1"}, "* 6080", "h:1"},
        {{"0.0.0.0:6080", "h:1"}, "0.0.0.0 6080", "h:1"},
        {{"localhost:6080", "h:1"}, "127.0.0.1 6080", "h:1"},
        {{"--web", "/usr/share/novnc", "6080", "h:1"}, "* 6080", "h:1"},
        {{"6080", "h:1", "--web", "/usr/share/novnc"}, "* 6080", "h:1"},
        {{"--unix-target", "/run/vnc", "6080"}, "* 6080", "unix:/run/vnc"},
        {{"--unix-listen", "/run/gate", "h:1"}, "unix:/run/gate", "h:1"},
        {{"--unix-listen=/run/gate", "--unix-target=/run/vnc"}, "unix:/run/gate", "unix:/run/vnc"},
        {{"--ssl-target", "6080", "h:1"}, "* 6080", "tls:h:1"},
        {{"--token-plugin", "TokenFile", "--token-source", "/t", "6080"}, "* 6080", ""},
        {{"--target-config=/t", "6080"}, "* 6080", ""},
        {{"--verify-client", "--cert", "/c", "6080", "h:1"}, "* 6080", "h:1"},
        {{"--cert", "/c", "--verify-client", "6080", "h:1"}, "* 6080", "h:1"},
        {{"--verify-client", "--cert=/c", "--cafile=/ca", "6080", "h:1"}, "* 6080", "h:1"},
        {{"--cert", "/c", "6080", "h:1", "--verify-client"}, "* 6080", "h:1"},
    };
    for (const auto& each : table) {
        const auto c = good(each.words);
        EXPECT_EQ(c.listen.size(), 1U) << testing::PrintToString(each.words);
        EXPECT_EQ(listener_of(c), each.at) << testing::PrintToString(each.words);
        EXPECT_EQ(target_of(c), each.to) << testing::PrintToString(each.words);
        EXPECT_EQ(c.listen.at(0).leads_to->who, visitor::viewer) << "dialled at once";
    }
}

TEST(WebsockifyLine, MayInheritItsListener) {
    auto c = good({"--inetd", "h:1"});
    EXPECT_TRUE(c.process.inetd);
    wsgate::take_over(std::vector<service::inherited_socket>{{3, ""}}, c);
    ASSERT_EQ(c.listen.size(), 1U);
    EXPECT_EQ(c.listen.at(0).leads_to, (catch_all{visitor::viewer, target{"h", 1}}));
}

TEST(WebsockifyLine, SpeaksTlsBesidePlainUnlessToldNotTo) {
    EXPECT_EQ(good({"6080", "h:1"}).listen.at(0).speaks, speech::by_certificate);
    EXPECT_EQ(good({"--cert", "/c", "6080", "h:1"}).listen.at(0).speaks, speech::sniffed);
    EXPECT_EQ(good({"--cert", "/c", "--ssl-only", "6080", "h:1"}).listen.at(0).speaks, speech::tls);
    EXPECT_EQ(good({"--cert", "/c"}).listen.at(0).speaks, speech::by_certificate);
}

TEST(WebsockifyLine, GivesSwitchesTheirMeaning) {
    const strings form{"6080", "h:1"};
    const std::vector<std::pair<strings, std::function<bool(const config&)>>> table{
        {{"-v"}, [](const auto& c) { return c.log_level == service::log_level::debug; }},
        {{"--verbose"}, [](const auto& c) { return c.log_level == service::log_level::debug; }},
        {{"-D"}, [](const auto& c) { return c.process.background; }},
        {{"--daemon"}, [](const auto& c) { return c.process.background; }},
        {{"--web", "/w"}, [](const auto& c) { return c.web == "/w"; }},
        {{"--cert", "/c", "--key", "/k", "--key-password", "secret"},
         [](const auto& c) {
             return c.tls.certificates.at(0).key == "/k" && c.tls.key_password == "secret" &&
                    c.warnings.size() == 1;
         }},
        {{"--ssl-version", "default"},
         [](const auto& c) { return c.tls.minimum == wsgate::tls_minimum::v1_2; }},
        {{"--ssl-version", "tlsv1_3"},
         [](const auto& c) { return c.tls.minimum == wsgate::tls_minimum::v1_3; }},
        {{"--ssl-ciphers", "AES"}, [](const auto& c) { return c.tls.ciphers == "AES"; }},
        {{"--cert", "/c", "--verify-client", "--cafile", "/ca"},
         [](const auto& c) {
             return c.tls.clients == wsgate::client_certificates::required &&
                    c.tls.client_ca_file == "/ca" && !c.tls.system_client_cas;
         }},
        {{"--cert", "/c", "--verify-client"},
         [](const auto& c) { return c.tls.system_client_cas; }},
        {{"--unix-listen-mode", "0660"}, [](const auto& c) { return c.unix_mode == 0660; }},
        {{"--run-once"}, [](const auto& c) { return c.process.run_once; }},
        {{"--timeout", "5"}, [](const auto& c) { return c.process.timeout == 5s; }},
        {{"--idle-timeout", "5"}, [](const auto& c) { return c.process.idle_exit == 5s; }},
        {{"--heartbeat", "7"}, [](const auto& c) { return c.bridge.ping == 7s; }},
        {{"--heartbeat", "0"}, [](const auto& c) { return c.bridge.ping == 0s; }},
        {{}, [](const auto& c) { return c.pong_timeout == 0s; }}, // mute clients are kept
        {{"--heartbeat", "7"}, [](const auto& c) { return c.pong_timeout == 0s; }},
        {{"--pong-timeout", "9"}, [](const auto& c) { return c.pong_timeout == 9s; }},
        {{"--log-file", "/l", "--syslog", "/dev/log"},
         [](const auto& c) { return c.log_file + c.syslog == "/l/dev/log"; }},
        {{"--auth-plugin", "BasicHTTPAuth", "--auth-source", "u:p", "--web", "/w", "--web-auth"},
         [](const auto& c) {
             return c.access.files_need_login && c.access.passwords.all.plain == "u:p";
         }},
        {{"--auth-plugin", "ExpectOrigin", "--auth-source", "https://a https://b"},
         [](const auto& c) { return c.access.origins.all->rules.size() == 2; }},
        {{"--auth-plugin", "ClientCertCNAuth", "--auth-source", "a b", "--cert", "/c",
          "--verify-client"},
         [](const auto& c) {
             return c.access.common_names == strings({"a", "b"});
         }},
        {{"--file-only", "-6", "--prefer-ipv6"}, [](const auto& c) { return c.warnings.empty(); }},
        {{"--libserver", "--traffic", "--legacy-syslog"},
         [](const auto& c) { return c.warnings.size() == 3; }},
    };
    for (const auto& [switches, means] : table) {
        for (const bool first : {true, false}) {
            auto words = first ? switches : form;
            const auto& rest = first ? form : switches;
            words.insert(words.end(), rest.begin(), rest.end());
            const auto c = good(words);
            EXPECT_TRUE(means(c)) << testing::PrintToString(words);
            EXPECT_EQ(target_of(c), "h:1") << testing::PrintToString(words);
        }
    }
}

TEST(WebsockifyLine, TakesTheLastOfTwoValuesAsPythonDoes) {
    const std::vector<std::pair<strings, std::function<bool(const config&)>>> table{
        {{"--web", "/a", "--web=/b"}, [](const auto& c) { return c.web == "/b"; }},
        {{"--heartbeat", "7", "--heartbeat", "8"},
         [](const auto& c) { return c.bridge.ping == 8s; }},
        {{"--ssl-version", "tlsv1_3", "--ssl-version", "tlsv1_2"},
         [](const auto& c) { return c.tls.minimum == wsgate::tls_minimum::v1_2; }},
        {{"--token-source", "/a", "--token-source", "/b"},
         [](const auto& c) { return c.access.tokens.path == "/b"; }},
        {{"--log-file", "/a", "--log-file", "/b"},
         [](const auto& c) { return c.log_file == "/b"; }},
        {{"-v", "-v", "--unix-target", "/a", "--unix-target", "/b"},
         [](const auto& c) { return to_string(*c.listen.at(0).leads_to->to) == "unix:/b"; }},
        {{"h:1", "--cert", "/a", "--key", "/k", "--cert", "/b", "--key", "/l", "--verify-client",
          "--verify-client", "--cafile", "/x", "--cafile", "/y"},
         [](const auto& c) {
             return c.tls.certificates.size() == 1 && c.tls.certificates[0].chain == "/b" &&
                    c.tls.certificates[0].key == "/l" && c.tls.client_ca_file == "/y";
         }},
    };
    for (auto [words, means] : table) {
        words.insert(words.begin(), "6080");
        if (words.size() < 6 && words.at(1) != "--token-source") {
            words.insert(words.begin() + 1, "h:1");
        }
        EXPECT_TRUE(means(good(words))) << testing::PrintToString(words);
    }
    const auto unix_socket = good({"--unix-listen", "/a", "--unix-listen", "/b", "h:1"});
    ASSERT_EQ(unix_socket.listen.size(), 1U);
    EXPECT_EQ(unix_socket.listen[0].unix_path, "/b");
    for (const strings& words :
         {strings{"--web", "/a", "--web", "/b"}, strings{"--cafile", "/a", "--cafile", "/a"}}) {
        const auto parsed = parse(words);
        const auto* bye = std::get_if<service::early_exit>(&parsed);
        ASSERT_NE(bye, nullptr) << "without that form";
        EXPECT_NE(bye->text.find(words.front() + ": takes one value, not 2"), std::string::npos)
            << bye->text;
    }
}

TEST(WebsockifyLine, TakesTokensOnAnyPath) {
    const auto c =
        good({"--token-plugin", "TokenFile", "--token-source", "/t", "--host-token", "6080"});
    EXPECT_TRUE(c.access.tokens.from_host);
    EXPECT_EQ(c.access.token_paths, (strings{"/wsClient", "/websockify"}));
}

TEST(WebsockifyLine, IsRefusedWithAReason) {
    const std::vector<std::pair<strings, std::string>> table{
        {{"6080"}, "HOST:PORT: the target is missing"},
        {{"h:port", "h:1"}, "h:port: is not [ADDR:]PORT"},
        {{"70000", "h:1"}, "70000: is not [ADDR:]PORT"},
        {{"6080", "5900"}, "5900: is no target"},
        {{"6080", "h:0"}, "h:0: is no target"},
        {{"6080", "h:1", "x"}, "x: is a word too many"},
        {{"6080", "--", "vncserver", ":1"}, "--: commands are not wrapped here"},
        {{"--wrap-mode", "exit", "6080", "h:1"}, "--wrap-mode: programs are not wrapped here"},
        {{"--record", "/r", "6080", "h:1"}, "--record: sessions are not recorded here"},
        {{"--ssl-only", "6080", "h:1"}, "--ssl-only: needs --cert FILE"},
        {{"--unix-target", "run", "6080"}, "--unix-target: run is no absolute path"},
        {{"--unix-target", "/run/vnc", "6080", "h:1"}, "h:1: there is a target already"},
        {{"--target-config", "/t", "6080", "h:1"}, "h:1: there is a target already"},
        {{"--unix-target", "/run/vnc"}, "--unix-target: needs [ADDR:]PORT"},
        {{"--ssl-target", "--unix-target", "/run/vnc", "6080"}, "--ssl-target: is for targets"},
        {{"--ssl-target"}, "--ssl-target: belongs to websockify's form"},
        {{"--idle-timeout", "5"}, "--idle-timeout: ends the whole gateway"},
        {{"--token-plugin", "JWTTokenApi", "--token-source", "/t", "6080"},
         "--token-plugin: JWTTokenApi is not known here"},
        {{"name-without-address.invalid:6080", "h:1"}, "no address of this machine"},
    };
    for (const auto& [words, why] : table) {
        const auto parsed = parse(words);
        const auto* bye = std::get_if<service::early_exit>(&parsed);
        ASSERT_NE(bye, nullptr) << why;
        EXPECT_EQ(bye->exit_code, 64);
        EXPECT_NE(bye->text.find(why), std::string::npos) << bye->text;
    }
}

} // namespace websockify_line_test
