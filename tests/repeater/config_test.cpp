// The command line: values, defaults, and clear errors.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace repeater;
using testing::HasSubstr;

std::variant<config, farewell> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "ultravnc_repeater");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

config parsed(const std::vector<const char*>& arguments) {
    const auto result = parse(arguments);
    if (const auto* bye = std::get_if<farewell>(&result)) {
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
    EXPECT_EQ(c.log_format, log_format::compat);
    EXPECT_TRUE(c.greet_viewers);
    EXPECT_GE(c.threads, 1U);
}

TEST(Config, PortsByPositionShortAndLongName) {
    for (const auto& arguments : std::initializer_list<std::vector<const char*>>{
             {"5901", "5501"},
             {"-c", "5901", "-s", "5501"},
             {"--viewer-port", "5901", "--server-port=5501"}}) {
        const auto c = parsed(arguments);
        EXPECT_EQ(c.viewer_port, 5901);
        EXPECT_EQ(c.server_port, 5501);
    }
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
    EXPECT_EQ(c.log_file, "/tmp/log");
    EXPECT_EQ(c.pid_file, "/tmp/pid");
    EXPECT_EQ(c.bind.size(), 2U);
    EXPECT_EQ(c.mode1.mode, mode1::any);
    EXPECT_EQ(c.limits.handshake, std::chrono::milliseconds(500));
    EXPECT_EQ(c.threads, 3U);
    EXPECT_EQ(c.log_format, log_format::text);
    EXPECT_EQ(c.log_ids, log_ids::full);
}

TEST(Config, RawIdsTurnModeIOff) {
    const auto c = parsed({"--raw-id"});
    EXPECT_EQ(c.hello.match, rfb::id_match::raw);
    EXPECT_EQ(c.mode1.mode, mode1::off);
}

TEST(Config, BadValuesGetOneClearLineAndExit64) {
    struct row {
        std::vector<const char*> arguments;
        const char* names;
    };

    for (const auto& r : std::initializer_list<row>{{{"--viewer-port", "70000"}, "70000"},
                                                    {{"foo"}, "foo"},
                                                    {{"--bind", "localhost"}, "localhost"},
                                                    {{"--mode1", "maybe"}, "maybe"},
                                                    {{"--mode1-allow", "10.0.0.0/8"}, "10.0.0.0/8"},
                                                    {{"--handshake-timeout", "-1"}, "-1"},
                                                    {{"--threads", "0"}, "--threads"},
                                                    {{"--no-such-option"}, "no-such-option"},
                                                    {{"5900", "5900"}, "different ports"}}) {
        const auto result = parse(r.arguments);
        ASSERT_TRUE(std::holds_alternative<farewell>(result)) << r.names;
        const auto& bye = std::get<farewell>(result);
        EXPECT_EQ(bye.exit_code, 64) << bye.text;
        EXPECT_THAT(bye.text, HasSubstr(r.names));
        EXPECT_EQ(std::count(bye.text.begin(), bye.text.end(), '\n'), 1) << bye.text;
    }
}

TEST(Config, HelpAndVersionExit0) {
    EXPECT_EQ(std::get<farewell>(parse({"--help"})).exit_code, 0);
    EXPECT_THAT(std::get<farewell>(parse({"--help"})).text, HasSubstr("--viewer-port"));
    EXPECT_THAT(std::get<farewell>(parse({"--version"})).text, HasSubstr("ultravnc_repeater "));
}
