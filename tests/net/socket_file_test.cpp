// Files of listening Unix sockets: whose place they take, and when they go.
// SPDX-License-Identifier: EUPL-1.2
#include "net/socket_file.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/unix_socket.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <system_error>

namespace socket_file_test {

namespace {

using net::socket_file;
using support::connect_unix;
namespace fs = std::filesystem;

class socket_file_test : public testing::Test {
protected:
    [[nodiscard]] unsigned mode() const {
        struct stat found {};

        return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777U : 0;
    }

    /// Empty where it could be bound.
    [[nodiscard]] std::string refusal() const {
        try {
            const socket_file another(path, 0600);
            return {};
        } catch (const std::system_error& e) {
            return e.what();
        }
    }

    support::scratch_directory directory;
    std::string path = (directory.path() / "gate").string();
};

} // namespace

TEST_F(socket_file_test, ListensWithItsMode) {
    for (const unsigned wanted : {0600U, 0666U, 0660U}) {
        socket_file file(path, wanted);
        EXPECT_EQ(mode(), wanted);
        const auto listening = file.take();
        const auto client = connect_unix(path);
        EXPECT_GE(net::unique_fd{::accept(listening.get(), nullptr, nullptr)}.get(), 0);
    }
}

TEST_F(socket_file_test, GoesWithItsOwner) {
    {
        const socket_file file(path, 0600);
        EXPECT_TRUE(fs::exists(path));
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(socket_file_test, StaysWhereItHasMoved) {
    socket_file first(path, 0600);
    {
        const socket_file second(std::move(first));
        EXPECT_TRUE(fs::exists(path));
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(socket_file_test, LeavesAnothersFileAlone) {
    {
        const socket_file file(path, 0600);
        fs::remove(path);
        (void)directory.file("gate", "another's");
    }
    EXPECT_TRUE(fs::exists(path));
}

TEST_F(socket_file_test, TakesThePlaceOfOneThatNobodyAnswers) {
    { const auto left = support::bind_unix(path); }
    ASSERT_TRUE(fs::exists(path));
    EXPECT_EQ(refusal(), "");
    { const auto never_listened = support::bind_unix(path, 0); }
    EXPECT_EQ(refusal(), "");
}

TEST_F(socket_file_test, TakesNoPlaceOfOneThatSomebodyAnswers) {
    const auto other = support::bind_unix(path);
    EXPECT_EQ(refusal(), "cannot listen on unix:" + path + ": Address already in use");
    EXPECT_NO_THROW((void)connect_unix(path));
}

TEST_F(socket_file_test, TakesNoPlaceOfAFile) {
    (void)directory.file("gate", "text");
    EXPECT_EQ(refusal(), "cannot listen on unix:" + path +
                             ", where a file stands that is no socket: File exists");
    EXPECT_TRUE(fs::is_regular_file(path));
    fs::remove(path);
    fs::create_symlink("nowhere", path);
    EXPECT_NE(refusal(), "");
    EXPECT_TRUE(fs::is_symlink(path));
}

TEST_F(socket_file_test, NeedsADirectoryAndAShortPath) {
    EXPECT_THROW(socket_file("/nonexistent/gate", 0600), std::system_error);
    EXPECT_THROW(socket_file("/" + std::string(107, 'x'), 0600), std::system_error);
}

TEST_F(socket_file_test, StaysWhereAnotherProcessHasTheSocket) {
    socket_file ours(path, 0600);
    auto socket = ours.take();
    {
        auto theirs = socket_file::adopt(path, std::move(socket));
        ASSERT_TRUE(theirs);
        ours.leave();
        { const socket_file gone(std::move(ours)); }
        EXPECT_TRUE(fs::exists(path));
        const auto listening = theirs->take();
        const auto client = connect_unix(path);
        EXPECT_GE(net::unique_fd{::accept(listening.get(), nullptr, nullptr)}.get(), 0);
    }
    EXPECT_FALSE(fs::exists(path)) << "it is theirs";
}

TEST_F(socket_file_test, IsNotTakenOverWhereNoSocketStands) {
    socket_file ours(path, 0600);
    fs::remove(path);
    EXPECT_FALSE(socket_file::adopt(path, ours.take()));
    (void)directory.file("gate", "another's");
    EXPECT_FALSE(socket_file::adopt(path, net::unique_fd{}));
}

} // namespace socket_file_test
