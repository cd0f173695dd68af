// The command line: values, defaults, and clear errors.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/configure.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace config_test {

namespace {

using namespace repeater;
using testing::HasSubstr;

std::variant<config, service::early_exit> parse(const std::vector<std::string>& words,
                                                const environment& variables = {}) {
    return configure(words, variables);
}

config parsed(const std::vector<std::string>& words, const environment& variables = {}) {
    const auto result = parse(words, variables);
    if (const auto* bye = std::get_if<service::early_exit>(&result)) {
        ADD_FAILURE() << bye->text;
        return {};
    }
    return std::get<config>(result);
}

} // namespace

TEST(Config, DefaultsAreThePerls) {
    const auto c = parsed({});
    EXPECT_EQ(c.viewer_port, 5900);
    EXPECT_EQ(c.server_port, 5500);
    EXPECT_TRUE(c.bind.empty());
    EXPECT_EQ(c.hello.size, 250U);
    EXPECT_EQ(c.duplicates, duplicate_policy::replace);
    EXPECT_EQ(c.mode1.mode, mode1::vnc);
    EXPECT_EQ(c.log.format, log_format::compat);
    EXPECT_TRUE(c.greet_viewers);
    EXPECT_GE(c.threads, 1U);
}

TEST(Config, PortsByPositionShortAndLongName) {
    for (const auto& arguments : std::initializer_list<std::vector<std::string>>{
             {"5901", "5501"},
             {"-c", "5901", "-s", "5501"},
             {"--viewer-port", "5901", "--server-port=5501"}}) {
        const auto c = parsed(arguments);
        EXPECT_EQ(c.viewer_port, 5901);
        EXPECT_EQ(c.server_port, 5501);
    }
}

TEST(Config, TheFilesOfAnIdPolicyAreRead) {
    const support::scratch_directory where;
    const auto ids = where.file("ids", "alpha\n");
    const auto listed = parsed({"--id-policy", "list", "--id-file", ids});
    EXPECT_EQ(listed.admitted_ids->policy, id_policy::list);
    EXPECT_EQ(listed.admitted_ids->listed.size(), 1U);
    const auto keys = where.file("keys", std::string(32, 'a') + '\n');
    std::filesystem::permissions(keys, std::filesystem::perms::owner_read);
    const auto of_keys = parsed({"--id-policy", "signed", "--id-key-file", keys});
    EXPECT_EQ(of_keys.admitted_ids->keys, std::vector{std::string(16, '\xaa')});
    EXPECT_EQ(parsed({}).admitted_ids->policy, id_policy::open);
    for (const auto* const check : {"--check", "--debug"}) {
        const auto bye = std::get<service::early_exit>(
            parse({"--id-policy", "list", "--id-file", "/nonexistent/ids", check}));
        EXPECT_EQ(bye.exit_code, 78);
        EXPECT_THAT(bye.text, HasSubstr("ultravnc_repeater: /nonexistent/ids: cannot read"));
    }
}

TEST(Config, TheKeyOfTheLogIsThatOfEventsToo) {
    const support::scratch_directory where;
    const auto key = where.file("key", std::string(32, 'a') + '\n');
    std::filesystem::permissions(key, std::filesystem::perms::owner_read);
    const auto c = parsed({"--log-key-file", key});
    EXPECT_EQ(c.log.id_key, std::string(16, '\xaa'));
    EXPECT_EQ(c.events.id_key, c.log.id_key);
    const auto bye = std::get<service::early_exit>(parse({"--log-key-file", "/nonexistent/key"}));
    EXPECT_EQ(bye.exit_code, 78);
}

TEST(Config, AnIdPolicyHasItsFileAndNoOther) {
    const auto complaint = [](const std::vector<std::string>& words) {
        return std::get<service::early_exit>(parse(words)).text;
    };
    EXPECT_THAT(complaint({"--id-policy=list"}), HasSubstr("--id-file: --id-policy list needs it"));
    EXPECT_THAT(complaint({"--id-policy=signed"}),
                HasSubstr("--id-key-file: --id-policy signed needs it"));
    EXPECT_THAT(complaint({"--id-file=/i"}), HasSubstr("--id-file: it needs --id-policy list"));
    EXPECT_THAT(complaint({"--id-policy=list", "--id-file=/i", "--id-key-file=/k"}),
                HasSubstr("--id-key-file: it needs --id-policy signed"));
    EXPECT_THAT(complaint({"--id-policy=signed", "--id-key-file=/k", "--uvnc-alias"}),
                HasSubstr("--uvnc-alias: signed IDs"));
}

TEST(Config, OptionsBecomeValues) {
    const auto c = parsed({"-r",
                           "-R",
                           "-l",
                           "/tmp/log",
                           "-p",
                           "/tmp/pid",
                           "--bind",
                           "127.0.0.1",
                           "--bind",
                           "::1",
                           "--mode1",
                           "any",
                           "--handshake-timeout",
                           "0.5",
                           "--threads",
                           "3",
                           "--log-format",
                           "text",
                           "--log-ids",
                           "full"});
    EXPECT_EQ(c.duplicates, duplicate_policy::refuse);
    EXPECT_FALSE(c.greet_viewers);
    EXPECT_EQ(c.log.file, "/tmp/log");
    EXPECT_EQ(c.pid_file, "/tmp/pid");
    EXPECT_EQ(c.bind.size(), 2U);
    EXPECT_EQ(c.mode1.mode, mode1::any);
    EXPECT_EQ(c.limits.handshake, std::chrono::milliseconds(500));
    EXPECT_EQ(c.threads, 3U);
    EXPECT_EQ(c.log.format, log_format::text);
    EXPECT_EQ(c.log.ids, id_form::full);
}

TEST(Config, AStarBindsEveryAddress) {
    EXPECT_TRUE(parsed({"--bind", "*"}).bind.empty());
    EXPECT_TRUE(parsed({"--bind", "127.0.0.1,*"}).bind.empty());
    EXPECT_EQ(parsed({"--bind", "[::]"}).bind, parsed({"--bind", "::"}).bind);
    EXPECT_EQ(parsed({"--bind", "0.0.0.0", "--bind", "::"}).bind.size(), 2U);
}

TEST(Config, RawIdsTurnModeIOff) {
    const auto c = parsed({"--raw-id"});
    EXPECT_EQ(c.hello.match, rfb::id_match::raw);
    EXPECT_EQ(c.mode1.mode, mode1::off);
}

TEST(Config, BadValuesGetOneClearLineAndExit64) {
    struct row {
        std::vector<std::string> arguments;
        const char* names;
    };

    for (const auto& r : std::initializer_list<row>{{{"--viewer-port", "70000"}, "70000"},
                                                    {{"foo"}, "foo"},
                                                    {{"--bind", "localhost"}, "localhost"},
                                                    {{"--listen", "unix:x=viewer"}, "107 bytes"},
                                                    {{"--unix-listen-mode", "888"}, "such as 0660"},
                                                    {{"--proxy-from", "10.0.0.0/33"}, "0 to 32"},
                                                    {{"--proxy-from", "proxy"}, "\"proxy\""},
                                                    {{"--proxy-timeout", "0"}, "--proxy-timeout"},
                                                    {{"--mode1", "maybe"}, "maybe"},
                                                    {{"--mode1-allow", "10.0.0.0/8"}, "10.0.0.0/8"},
                                                    {{"--handshake-timeout", "-1"}, "-1"},
                                                    {{"--threads", "0"}, "--threads"},
                                                    {{"--no-such-option"}, "no-such-option"},
                                                    {{"5900", "5900"}, "different ports"},
                                                    {{"-l"}, "--log-file"},
                                                    {{"-L", "maybe"}, "maybe"},
                                                    {{"ULTRAVNC_REPEATER_LOOP=x"}, "--loop"},
                                                    {{"--event-url", "ftp://x/"}, "ftp://x/"},
                                                    {{"--event-url", "http://u:p@x/"}, "u:p"},
                                                    {{"--mode1-deny", "10.0.0.0/64"}, "/64"},
                                                    {{"--viewer-wait", "-1"}, "-1"}}) {
        const auto result = parse(r.arguments);
        ASSERT_TRUE(std::holds_alternative<service::early_exit>(result)) << r.names;
        const auto& bye = std::get<service::early_exit>(result);
        EXPECT_EQ(bye.exit_code, 64) << bye.text;
        EXPECT_THAT(bye.text, HasSubstr(r.names));
        EXPECT_EQ(std::count(bye.text.begin(), bye.text.end(), '\n'), 1) << bye.text;
    }
}

TEST(Config, HelpAndVersionExit0) {
    EXPECT_EQ(std::get<service::early_exit>(parse({"--help"})).exit_code, 0);
    EXPECT_THAT(std::get<service::early_exit>(parse({"--help"})).text, HasSubstr("--viewer-port"));
    EXPECT_THAT(std::get<service::early_exit>(parse({"--version"})).text,
                HasSubstr("ultravnc_repeater "));
}

TEST(Config, APortOfNothingIsNoPort) {
    for (const auto& words : std::initializer_list<std::vector<std::string>>{
             {"0", "0"}, {"", ""}, {"-c", "0", "-s", "0"}, {"-c", "", "-s", ""}}) {
        const auto c = parsed(words);
        EXPECT_EQ(c.viewer_port, 5900);
        EXPECT_EQ(c.server_port, 5500);
    }
    EXPECT_EQ(parsed({"--viewer-port", "0"}).viewer_port, 0) << "ours: any free port";
}

TEST(Config, PositionBeforeOptionBeforeEnvironment) {
    const environment variables{{"ULTRAVNC_REPEATER_CLIENT_PORT", "6001"},
                                {"ULTRAVNC_REPEATER_SERVER_PORT", "6002"}};
    EXPECT_EQ(parsed({}, variables).viewer_port, 6001);
    EXPECT_EQ(parsed({"-c", "6003"}, variables).viewer_port, 6003);
    EXPECT_EQ(parsed({"-c", "6003"}, variables).server_port, 6002);
    EXPECT_EQ(parsed({"-c", "6003", "6004"}, variables).viewer_port, 6004);
    EXPECT_EQ(parsed({"6004", "-c", "6003"}, variables).viewer_port, 6004);
}

TEST(Config, OptionsBehindPortsWorkAndAreWarnedOf) {
    const auto c = parsed({"5900", "5500", "-r"});
    EXPECT_EQ(c.duplicates, duplicate_policy::refuse);
    ASSERT_EQ(c.warnings.size(), 1U);
    EXPECT_THAT(c.warnings.front(), HasSubstr("--refuse"));
    EXPECT_TRUE(parsed({"-r", "--threads", "3", "5900", "5500"}).warnings.empty());
}

TEST(Config, WordsBehindThePortsAreIgnoredWithAWarning) {
    const auto c = parsed({"5901", "5501", "what"});
    EXPECT_EQ(c.server_port, 5501);
    ASSERT_EQ(c.warnings.size(), 1U);
    EXPECT_THAT(c.warnings.front(), HasSubstr("what"));
}

TEST(Config, TheOldNameOfTheHandshakeSizeIsKnown) {
    EXPECT_EQ(parsed({}, {{"BUFSIZE", "10"}}).hello.size, 10U);
    EXPECT_EQ(parsed({}, {{"BUFSIZE", "10"}, {"ULTRAVNC_REPEATER_BUFSIZE", "0"}}).hello.size, 0U);
}

TEST(Config, WebRequestsAreRefusedButForTheUsage) {
    const environment start{{"REQUEST_METHOD", "GET"}, {"QUERY_STRING", "cport=5900&loop=BG"}};
    EXPECT_EQ(std::get<service::early_exit>(parse({}, start)).exit_code, 64);
    const environment post{{"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "7"}};
    EXPECT_EQ(std::get<service::early_exit>(parse({}, post)).exit_code, 64);
    const environment help{{"REQUEST_METHOD", "GET"}, {"QUERY_STRING", "help=1"}};
    const auto bye = std::get<service::early_exit>(parse({}, help));
    EXPECT_EQ(bye.exit_code, 0);
    EXPECT_THAT(bye.text, testing::StartsWith("Content-type: text/html\n\n"));
    const environment blank{{"REQUEST_METHOD", "GET"}, {"QUERY_STRING", " "}};
    EXPECT_TRUE(std::holds_alternative<config>(parse({}, blank)));
}

TEST(Config, ACommandForEventsIsSplitAsAShellDoes) {
    EXPECT_EQ(parsed({"--event-exec", R"(/bin/hook  "a b" 'c d' e\\f)"}).events.exec,
              (std::vector<std::string>{"/bin/hook", "a b", "c d", "e\\f"}));
    EXPECT_TRUE(parsed({}).events.exec.empty());
}

namespace {

/// A configuration file for the time of a test.
class config_file {
public:
    explicit config_file(const std::string& text)
        : path_(std::filesystem::temp_directory_path() /
                ("config_test." + std::to_string(::getpid()))) {
        std::ofstream(path_) << text;
    }

    config_file(const config_file&) = delete;
    config_file& operator=(const config_file&) = delete;

    ~config_file() { std::filesystem::remove(path_); }

    [[nodiscard]] std::string path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace

TEST(Config, AFileStandsBehindEnvironmentAndArguments) {
    const config_file file("# ours\nviewer-port = 6001\nserver-port=6002\nrefuse = true\n"
                           "bind = [\"127.0.0.1\", \"::1\"]\nlinger = 2.5\n"
                           "proxy-from = [\"10.0.0.0/8\", \"::1\"]\n");
    const auto c = parsed({"--config", file.path(), "-s", "6004"},
                          {{"ULTRAVNC_REPEATER_CLIENT_PORT", "6003"}});
    EXPECT_EQ(c.viewer_port, 6003) << "environment";
    EXPECT_EQ(c.server_port, 6004) << "argument";
    EXPECT_EQ(c.duplicates, duplicate_policy::refuse);
    EXPECT_EQ(c.bind.size(), 2U);
    EXPECT_EQ(c.limits.session.linger, std::chrono::milliseconds(2500));
    ASSERT_EQ(c.proxy_from.size(), 2U);
    EXPECT_EQ(to_string(c.proxy_from[0]), "10.0.0.0/8");
    EXPECT_EQ(to_string(c.proxy_from[1]), "::1/128");
    EXPECT_EQ(parsed({"--config", file.path()}).viewer_port, 6001) << "file";
    EXPECT_EQ(parsed({"--config", file.path(), "-r", "0"}).duplicates, duplicate_policy::replace);
}

TEST(Config, AFileHasListsQuotesAndComments) {
    const config_file file("; ours\nviewer-port = 6001 # for viewers\nrefuse\n"
                           "bind = [\n  \"127.0.0.1\", # IPv4\n  '::1'\n]\n"
                           "proxy-from = 10.0.0.0/8, ::1\n"
                           "event-exec = \"/bin/hook 'a b' \\\"#\\\"\"\n");
    const auto c = parsed({"--config", file.path()});
    EXPECT_EQ(c.viewer_port, 6001);
    EXPECT_EQ(c.duplicates, duplicate_policy::refuse);
    EXPECT_EQ(c.bind.size(), 2U);
    EXPECT_EQ(c.proxy_from.size(), 2U);
    EXPECT_EQ(c.events.exec, (std::vector<std::string>{"/bin/hook", "a b", "#"}));
}

TEST(Config, AFileOfEarlierVersionsIsRead) {
    const config_file file("[default]\nlog-file =\npid-file = # none\nbind = 127.0.0.1 ::1\n"
                           "mode1-allow = 10.0.0.0/8:5900\t192.0.2.7:5901 , 192.0.2.8:5901\n");
    const auto c = parsed({"--config", file.path()});
    EXPECT_EQ(c.log.file, "");
    EXPECT_EQ(c.pid_file, "");
    EXPECT_EQ(c.bind.size(), 2U);
    EXPECT_EQ(c.mode1.allow.size(), 3U);
}

TEST(Config, AFileIsNotBlamedForTheCommandLine) {
    const config_file file("bind = ::1\n");
    const auto bye =
        std::get<service::early_exit>(parse({"--config", file.path(), "--event-url", "x"}));
    EXPECT_EQ(bye.exit_code, 64);
    EXPECT_EQ(bye.text, "ultravnc_repeater: --event-url: x is not of the form "
                        "http[s]://HOST[:PORT]/PATH (--help lists the options)\n");
}

TEST(Config, ABadFileIsExit78AndNamesTheFile) {
    for (const auto* text : {"viewer-prt = 5900\n", "viewer-port = 70000\n", "bind = nowhere\n",
                             "viewer-port = 5900\nserver-port = 5900\n", "client_port = 5900\n"}) {
        const config_file file(text);
        const auto bye = std::get<service::early_exit>(parse({"--config", file.path()}));
        EXPECT_EQ(bye.exit_code, 78) << text;
        EXPECT_THAT(bye.text, HasSubstr(file.path())) << text;
    }
    EXPECT_EQ(std::get<service::early_exit>(parse({"--config", "/no/such/file"})).exit_code, 78);
}

TEST(Config, AFileHasNothingThatWouldBePassedOver) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"[ports]\nviewer-port = 5901\n", ":1: there are no sections such as [ports]"},
        {"viewer-port = 5901 5902\n", ":1: Could not convert: --viewer-port = 5901 5902"},
        {"viewer-port = 5901\nviewer-port = 5902\n", ":1: viewer-port takes one value, not 2"},
        {"mode1 = [vnc, off]\n", ":1: mode1 takes one value, not 2"},
        {"l = /var/log/repeater\n", ":1: no such option: l"},
        {"viewer-prt = 5901\n", ":1: no such option: viewer-prt"},
        {"client_port = 5901\n", ":1: no such option: client_port"},
        {"config = /etc/other\n", ":1: no such option: config"},
        {"check = true\n", ":1: no such option: check"},
        {"\nbind = [127.0.0.1,\n nowhere]\n",
         ":3: --bind: nowhere is not an IPv4 or IPv6 address, or *"},
        {"viewer-port = 1\nserver-port = 1\n",
         ":1: --viewer-port: viewers and servers need different ports"},
    };
    for (const auto& [text, why] : table) {
        const config_file file(text);
        EXPECT_EQ(std::get<service::early_exit>(parse({"--config", file.path()})).text,
                  "ultravnc_repeater: " + file.path() + why + " (--help lists the options)\n");
    }
}

TEST(Config, SaysWhatAValueMayBe) {
    EXPECT_EQ(std::get<service::early_exit>(parse({"--mode1", "some"})).text,
              "ultravnc_repeater: --mode1: some is not one of off|vnc|list|any (--help lists the "
              "options)\n");
    EXPECT_EQ(std::get<service::early_exit>(parse({"--linger", "0"})).text,
              "ultravnc_repeater: --linger: 0 is not a number of seconds from 0.001 to 864000 "
              "(--help lists the options)\n");
    EXPECT_EQ(parsed({"--mode1", "ANY"}).mode1.mode, mode1::any);
}

TEST(Config, CheckConfigExits0Or78) {
    const config_file file("viewer-prt = 5900\n");
    for (const auto* const word : {"--check-config", "--check"}) {
        const auto good = std::get<service::early_exit>(parse({word}));
        EXPECT_EQ(good.exit_code, 0);
        EXPECT_EQ(good.text, "ultravnc_repeater: the configuration is good\n");
        EXPECT_EQ(std::get<service::early_exit>(parse({word, "5900", "5900"})).exit_code, 78);
        EXPECT_EQ(std::get<service::early_exit>(parse({word, "--config", file.path()})).exit_code,
                  78);
    }
}

} // namespace config_test
