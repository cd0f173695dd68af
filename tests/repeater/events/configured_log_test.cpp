// What is told from which level on, in each format.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/configured_log.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace configured_log_test {

using namespace repeater;

/// The log of these events in this format, from this level on.
std::string logged(log_format format, service::log_level from,
                   const std::vector<any_event>& events) {
    log_config c;
    c.format = format;
    c.level = from;
    c.file =
        std::filesystem::temp_directory_path() / ("configured_log." + std::to_string(::getpid()));
    {
        configured_log log(c);
        for (const auto& e : events) {
            log.sink().receive(e);
        }
    }
    std::ostringstream all;
    all << std::ifstream(c.file).rdbuf();
    std::filesystem::remove(c.file);
    return all.str();
}

TEST(ConfiguredLog, AFailedReloadIsToldAlsoWhereOnlyErrorsAre) {
    const std::vector<any_event> events{event::reloaded{"bad file", ""}, event::reloaded{"", ""}};
    for (const auto format : {log_format::text, log_format::json}) {
        const auto all = logged(format, service::log_level::error, events);
        EXPECT_NE(all.find("reload_failed"), std::string::npos) << all;
        EXPECT_NE(all.find("bad file"), std::string::npos) << all;
        EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1) << all;
    }
}

TEST(ConfiguredLog, AnOpenProxyIsAWarningInEveryFormat) {
    for (const auto format : {log_format::compat, log_format::text, log_format::json}) {
        const auto warned = [format](bool open) {
            return !logged(format, service::log_level::warn, {event::starting{1, false, open}})
                        .empty();
        };
        EXPECT_TRUE(warned(true));
        EXPECT_EQ(warned(false), format == log_format::compat);
    }
}

TEST(ConfiguredLog, ThePerlsLogHasNoLevels) {
    const auto all = logged(log_format::compat, service::log_level::error, {event::starting{42}});
    EXPECT_NE(all.find("starting up.  pid: 42"), std::string::npos) << all;
}

TEST(ConfiguredLog, ALogThatCannotBeOpenedAnewIsToldInEveryFormat) {
    for (const auto& [format, words] :
         {std::pair{log_format::compat, "HUP: the old log file stays: "},
          std::pair{log_format::text, "Z error log_not_reopened why="},
          std::pair{log_format::json, R"("event":"log_not_reopened")"}}) {
        const support::scratch_directory directory;
        log_config c;
        c.format = format;
        c.file = directory.path() / "log";
        {
            configured_log log(c);
            std::filesystem::rename(c.file, directory.path() / "log.1");
            std::filesystem::create_directory(c.file);
            log.lines().reopen();
        }
        std::ostringstream all;
        all << std::ifstream(directory.path() / "log.1").rdbuf();
        EXPECT_NE(all.str().find(words), std::string::npos) << all.str();
    }
}

} // namespace configured_log_test
