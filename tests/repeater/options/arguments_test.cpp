// The Perl's spellings, put into long options.                                repeater spec 5
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/arguments.hpp"

#include <gtest/gtest.h>

namespace arguments_test {

using repeater::environment;
using repeater::to_long_arguments;
using words = std::vector<std::string>;

TEST(Arguments, ShortNamesBecomeLongOnes) {
    const std::pair<words, words> rows[] = {
        {{"-l", "/log"}, {"--log-file=/log"}},
        {{"-p", "/pid"}, {"--pid-file=/pid"}},
        {{"-c", "5901", "-s", "5501"}, {"--viewer-port=5901", "--server-port=5501"}},
        {{"-c", "0", "-s", ""}, {}},
        {{"-b", "0"}, {"--handshake-size=0"}},
        {{"-l", "-r"}, {"--log-file=-r"}},
        {{"-L"}, {"--loop=1"}},
        {{"-L", "BG"}, {"--loop=BG"}},
        {{"-L", "0"}, {"--loop=0"}},
        {{"-L", "5900"}, {"--loop=1", "5900"}},
        {{"-r"}, {"--refuse=true"}},
        {{"-r", "0"}, {"--refuse=false"}},
        {{"-R", "1", "-C"}, {"--no-rfb=true", "--clean=true"}},
        {{"-r", "2"}, {"--refuse=true", "2"}},
        {{"5900", "-r", "5500"}, {"5900", "--refuse=true", "5500"}},
        {{"-X", "--threads", "3"}, {"-X", "--threads", "3"}},
        {{"-c"}, {"--viewer-port"}},
    };
    for (const auto& [given, expected] : rows) {
        EXPECT_EQ(to_long_arguments(given, {}).words, expected) << given.front();
    }
}

TEST(Arguments, VariablesMayStandOnTheCommandLineWithAnyDashes) {
    for (const std::string dashes : {"", "-", "--", "-----"}) {
        EXPECT_EQ(to_long_arguments({dashes + "ULTRAVNC_REPEATER_LOGFILE=/a=b"}, {}).words,
                  words{"--log-file=/a=b"});
        EXPECT_EQ(to_long_arguments({dashes + "ULTRAVNC_REPEATER_REFUSE=0"}, {}).words,
                  words{"--refuse=false"});
    }
}

TEST(Arguments, AnEmptyValueMeansNotSet) {
    const environment variables{{"ULTRAVNC_REPEATER_LOGFILE", ""},
                                {"ULTRAVNC_REPEATER_LOOP", ""},
                                {"ULTRAVNC_REPEATER_BUFSIZE", ""}};
    EXPECT_TRUE(to_long_arguments({"-p", ""}, variables).words.empty());
}

TEST(Arguments, UnknownVariablesAreWarnedOf) {
    const auto result = to_long_arguments({"ULTRAVNC_REPEATER_COLOUR=red"}, {});
    EXPECT_TRUE(result.words.empty());
    ASSERT_EQ(result.warnings.size(), 1U);
    EXPECT_NE(result.warnings.front().find("COLOUR"), std::string::npos);
}

TEST(Arguments, TheEnvironmentComesFirstSoThatArgumentsWin) {
    const environment variables{{"ULTRAVNC_REPEATER_NO_RFB", ""},
                                {"ULTRAVNC_REPEATER_CLEAN", "yes"},
                                {"ULTRAVNC_REPEATER_LOOP", "BG"},
                                {"ULTRAVNC_REPEATER_CLIENT_PORT", "0"},
                                {"BUFSIZE", "10"}};
    EXPECT_EQ(
        to_long_arguments({"-L", "0"}, variables).words,
        (words{"--loop=BG", "--no-rfb=false", "--clean=true", "--handshake-size=10", "--loop=0"}));
}

} // namespace arguments_test
