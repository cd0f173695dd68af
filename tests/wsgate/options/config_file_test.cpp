// Files of options: what they mean beside a command line, and how they are refused.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/scratch_directory.hpp"
#include "wsgate/options/command_line.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace config_file_test {

namespace {

using namespace std::chrono_literals;
using wsgate::config;

class option_file : public testing::Test {
protected:
    std::variant<config, service::early_exit> parse(const std::string& text,
                                                    const std::vector<std::string>& more = {}) {
        path = directory.file("wsgate.conf", text);
        std::vector<const char*> arguments{"wsgate", "--config", path.c_str()};
        for (const auto& each : more) {
            arguments.push_back(each.c_str());
        }
        return wsgate::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
    }

    config good(const std::string& text, const std::vector<std::string>& more = {}) {
        auto parsed = parse(text, more);
        if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
            throw std::runtime_error(bye->text);
        }
        return std::get<config>(std::move(parsed));
    }

    support::scratch_directory directory;
    std::string path;
};

} // namespace

TEST_F(option_file, AsksForClientCertificatesWhateverFollows) {
    const auto c = good("verify-client\ncafile = /ca\ncert = /c\n");
    EXPECT_EQ(c.tls.clients, wsgate::client_certificates::required);
    EXPECT_EQ(c.tls.client_ca_file, "/ca");
}

TEST_F(option_file, SaysWhatTheCommandLineCould) {
    const auto c = good("listen = 127.0.0.1:1=viewer\n"
                        "listen = [::1]:2\n"
                        "# a switch, and one that is off\n"
                        "host-token\n"
                        "origin-required = false\n"
                        "token-source = /t\n"
                        "ping-interval = 7\n"
                        "cert = /c\n"
                        "verify-client = /websockify=request\n"
                        "cafile = /ca\n"
                        "daemon = true\n");
    ASSERT_EQ(c.listen.size(), 2U);
    EXPECT_EQ(c.listen.at(0), *wsgate::parse_listen("127.0.0.1:1=viewer"));
    EXPECT_EQ(c.listen.at(1), *wsgate::parse_listen("[::1]:2"));
    EXPECT_TRUE(c.access.tokens.from_host);
    EXPECT_FALSE(c.access.origin_required);
    EXPECT_EQ(c.bridge.ping, 7s);
    EXPECT_EQ(c.tls.clients, wsgate::client_certificates::wanted);
    EXPECT_TRUE(c.process.background);
    EXPECT_EQ(c.file, path);
}

TEST_F(option_file, HasListsQuotesAndComments) {
    const auto c = good("; two\nlisten = ['127.0.0.1:1=viewer', \"[::1]:2\"] # two\n");
    EXPECT_EQ(c.listen.size(), 2U);
}

TEST_F(option_file, GivesWayToTheCommandLine) {
    const auto text = "listen = *:1\nlisten = *:2\nping-interval = 7\nweb = /w\n";
    const auto c = good(text, {"--listen", "*:3", "--ping-interval=8"});
    ASSERT_EQ(c.listen.size(), 1U);
    EXPECT_EQ(c.listen.at(0).port, 3);
    EXPECT_EQ(c.bridge.ping, 8s);
    EXPECT_EQ(c.web, "/w");
    const auto same = good("auth-source = u:p\nauth-plugin = BasicHTTPAuth", {"6080", "h:1"});
    EXPECT_EQ(same.access.passwords.all.plain, "u:p");
    EXPECT_EQ(to_string(*same.listen.at(0).leads_to->to), "h:1");
}

TEST_F(option_file, GivesWayByWhateverNameItIsSaid) {
    EXPECT_EQ(good("heartbeat = 7\n", {"--ping-interval=8"}).bridge.ping, 8s);
    EXPECT_EQ(good("ping-interval = 7\n", {"--heartbeat=8"}).bridge.ping, 8s);
    EXPECT_EQ(good("verbose\n", {"--log-level=warn"}).log_level, service::log_level::warn);
    EXPECT_EQ(good("target-config = /a\n", {"--token-source=/b"}).access.tokens.path, "/b");
    EXPECT_EQ(good("token-source = /a\n", {"--target-config=/b"}).access.tokens.path, "/b");
    EXPECT_EQ(good("key-password-file = /a\n", {"--key-password=b"}).tls.key_password_file, "");
    EXPECT_EQ(good("origin = https://a\norigin = https://b\n", {"--origin=null"})
                  .access.origins.all->rules.size(),
              1U);
}

TEST_F(option_file, MayBeWrittenByOtherSystems) {
    const auto c = good("\xef\xbb\xbf# a comment\r\norigin = https://a\r\norigin = https://b \r\n"
                        "web = /w");
    EXPECT_EQ(c.access.origins.all->rules.size(), 2U);
    EXPECT_EQ(c.web, "/w");
}

TEST_F(option_file, IsRefusedByLine) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"web = /w\nwebs = /w\n", ":2: no such option: webs"},
        {"config = /c\n", ":1: no such option: config"},
        {"help\n", ":1: no such option: help"},
        {"check\n", ":1: no such option: check"},
        {"check-config\n", ":1: no such option: check-config"},
        {"threads = 1\nthreads = 2\n", ":1: threads takes one value, not 2"},
        {"web = [/w, /v]\n", ":1: web takes one value, not 2"},
        {"form = 6080\n", ":1: no such option: form"},
        {"\nweb\n", ":2: --web: "},
        {"threads = none\n", ":1: --threads: "},
        {"web =\n", ":1: a value is missing"},
        {"listen = *:1\nlisten = nowhere\n", ":2: --listen: nowhere is not ADDRESS:PORT"},
        {"route = /a\n", ":1: --route: /a is not /PATH=TARGET"},
        {"route = /a=h:1\nroute = /a=h:2\n",
         ":2: --route: \"h:1\" and \"h:2\" are both said for /a"},
        {std::string{"\xff\xfew\0e\0b\0", 8}, ":1: this is UTF-16"},
    };
    for (const auto& [text, why] : table) {
        const auto parsed = parse(text);
        const auto* bye = std::get_if<service::early_exit>(&parsed);
        ASSERT_NE(bye, nullptr) << text;
        EXPECT_EQ(bye->exit_code, 78) << bye->text;
        EXPECT_NE(bye->text.find(path + why), std::string::npos) << bye->text;
    }
}

TEST_F(option_file, MustBeThere) {
    const std::vector<const char*> arguments{"wsgate", "--config", "/nonexistent/wsgate.conf"};
    const auto parsed =
        wsgate::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
    const auto* bye = std::get_if<service::early_exit>(&parsed);
    ASSERT_NE(bye, nullptr);
    EXPECT_EQ(bye->exit_code, 78);
    EXPECT_EQ(bye->text, "wsgate: --config: cannot read /nonexistent/wsgate.conf: No such file or "
                         "directory (--help lists the options)\n");
}

TEST_F(option_file, IsNotBlamedForTheCommandLine) {
    const auto parsed = parse("web = /w\n", {"--listen", "nowhere"});
    const auto* bye = std::get_if<service::early_exit>(&parsed);
    ASSERT_NE(bye, nullptr);
    EXPECT_EQ(bye->exit_code, 64);
    EXPECT_EQ(bye->text.find(path), std::string::npos) << bye->text;
}

} // namespace config_file_test
