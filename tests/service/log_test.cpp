// The log: whole lines, rotation, and a disk that is full.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace log_test {

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Log : testing::Test {
    fs::path dir = fs::temp_directory_path() / ("log_test." + std::to_string(::getpid()));
    service::log::options options;

    Log() {
        fs::create_directory(dir);
        options.file = dir / "log";
        options.pattern = "%v";
    }

    ~Log() override { fs::remove_all(dir); }

    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    static std::string content(const fs::path& file) {
        std::ostringstream all;
        all << std::ifstream(file).rdbuf();
        return all.str();
    }
};

} // namespace

TEST_F(Log, WritesLinesInOrderAndAppends) {
    for (const auto* text : {"one", "two"}) {
        service::log log(options);
        log.line(service::log_level::info, text);
    }
    EXPECT_EQ(content(dir / "log"), "one\ntwo\n");
}

TEST_F(Log, LeavesOutWhatIsBelowItsLevel) {
    options.from = service::log_level::warn;
    {
        service::log log(options);
        log.line(service::log_level::info, "quiet");
        log.line(service::log_level::error, "loud");
    }
    EXPECT_EQ(content(dir / "log"), "loud\n");
}

TEST_F(Log, BracesAndPercentSignsAreText) {
    {
        service::log log(options);
        log.line(service::log_level::info, "{} %s %v {0}");
    }
    EXPECT_EQ(content(dir / "log"), "{} %s %v {0}\n");
}

TEST_F(Log, ReopensAfterRotation) {
    {
        service::log log(options);
        log.line(service::log_level::info, "old");
        fs::rename(dir / "log", dir / "log.1");
        log.reopen();
        log.line(service::log_level::info, "new");
    }
    EXPECT_THAT(content(dir / "log"), HasSubstr("new"));
    EXPECT_EQ(content(dir / "log.1").find("new"), std::string::npos);
}

TEST_F(Log, KeepsTheOldFileWhereReopeningFails) {
    {
        service::log log(options);
        fs::rename(dir / "log", dir / "log.1");
        fs::create_directory(dir / "log"); // a directory cannot be opened for writing
        EXPECT_THROW(log.reopen(), std::runtime_error);
        log.line(service::log_level::info, "kept");
    }
    EXPECT_EQ(content(dir / "log.1"), "kept\n");
}

TEST_F(Log, AFullDiskLosesLinesOnly) {
    options.file = "/dev/full";
    service::log log(options);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_NO_THROW(log.line(service::log_level::info, "lost"));
    }
}

TEST_F(Log, SaysWhyAFileCannotBeOpened) {
    options.file = dir / "missing" / "log";
    // spdlog makes missing directories; one that cannot be made is an error.
    std::ofstream(dir / "missing") << "a file";
    EXPECT_THROW(service::log{options}, std::runtime_error);
}

} // namespace log_test
