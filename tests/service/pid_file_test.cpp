// What a pid file does with what lies at its path.
// SPDX-License-Identifier: EUPL-1.2
#include "service/pid_file.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace pid_file_test {

namespace {

using service::pid_file;

std::string content(const std::string& path) {
    std::stringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
}

} // namespace

TEST(PidFile, HasOurNumberAndGoesWithUs) {
    const support::scratch_directory folder;
    const auto path = (folder.path() / "pid").string();
    {
        const pid_file written(path);
        EXPECT_FALSE(written.error());
        EXPECT_EQ(content(path), std::to_string(::getpid()) + "\n");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PidFile, TakesThePlaceOfAStaleOne) {
    const support::scratch_directory folder;
    const auto path = folder.file("pid", "4194999999\nof long ago\n");
    const pid_file written(path);
    EXPECT_EQ(content(path), std::to_string(::getpid()) + "\n");
}

TEST(PidFile, ThatIsSomebodyElsesNowStays) {
    const support::scratch_directory folder;
    const auto path = (folder.path() / "pid").string();
    std::optional<pid_file> ours(path);
    std::ofstream(path) << "1\n";
    ours.reset();
    EXPECT_EQ(content(path), "1\n");
}

TEST(PidFile, ThatIsLeftStays) {
    const support::scratch_directory folder;
    const auto path = (folder.path() / "pid").string();
    std::optional<pid_file> ours(path);
    ours->leave_file();
    ours.reset();
    EXPECT_EQ(content(path), std::to_string(::getpid()) + "\n");
}

TEST(PidFile, ThatCannotBeWrittenSaysWhy) {
    const support::scratch_directory folder;
    EXPECT_EQ(pid_file("/no/such/folder/pid").error().message(), "No such file or directory");
    EXPECT_EQ(pid_file(folder.path().string()).error().message(), "Is a directory");
    EXPECT_EQ(pid_file("/dev/full").error().message(), "No space left on device");
    EXPECT_TRUE(std::filesystem::exists("/dev/full"));
}

TEST(PidFile, ThatIsAFifoIsNotWaitedFor) {
    const support::scratch_directory folder;
    const auto path = (folder.path() / "fifo").string();
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_TRUE(pid_file(path).error()) << "nobody reads";
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
    EXPECT_FALSE(pid_file(path).error());
    ::close(reader);
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(PidFile, MayBeOpenedBeforeItIsWritten) {
    const support::scratch_directory folder;
    const auto path = folder.file("pid", "1234567\n");
    {
        pid_file later(path, pid_file::writing::later);
        EXPECT_EQ(content(path), "1234567\n");
        later.write();
        EXPECT_EQ(content(path), std::to_string(::getpid()) + "\n");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace pid_file_test
