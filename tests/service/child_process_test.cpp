// What a program that we start inherits, and how its end is told.
// SPDX-License-Identifier: EUPL-1.2
#include "service/child_process.hpp"
#include "service/core_dumps.hpp"
#include "service/descriptors.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>

namespace child_process_test {

namespace {

using namespace std::chrono_literals;
using service::child_process;

/// What a shell writes to $out.
std::string said_by(const std::string& script) {
    const support::scratch_directory folder;
    const auto out = (folder.path() / "out").string();
    const net::unique_fd input{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    child_process shell({"/bin/sh", "-c", "exec >" + out + "\n" + script}, input.get());
    EXPECT_EQ(shell.wait(), 0);
    std::stringstream all;
    all << std::ifstream(out).rdbuf();
    return all.str();
}

} // namespace

TEST(ChildProcess, HasTheDescriptorLimitThatWeWereStartedWith) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    auto low = before;
    low.rlim_cur = 77;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    service::raise_descriptor_limit();
    EXPECT_EQ(said_by("ulimit -Sn"), "77\n");
    rlimit raised{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &raised), 0);
    EXPECT_EQ(raised.rlim_cur, before.rlim_max) << "ours is as it was";
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(ChildProcess, HasTheLimitOfCoreFilesThatWeWereStartedWith) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_CORE, &before), 0);
    if (before.rlim_max < 512) {
        GTEST_SKIP() << "there can be no core files here";
    }
    auto low = before;
    low.rlim_cur = 512;
    ASSERT_EQ(::setrlimit(RLIMIT_CORE, &low), 0);
    service::allow_core_dumps(false);
    service::allow_core_dumps(false); // as after a change of the user
    rlimit now{};
    ASSERT_EQ(::getrlimit(RLIMIT_CORE, &now), 0);
    EXPECT_EQ(now.rlim_cur, 0U);
    EXPECT_EQ(said_by("ulimit -Sc"), "1\n") << "in blocks of 512 bytes";
    service::allow_core_dumps(true);
    ASSERT_EQ(::setrlimit(RLIMIT_CORE, &before), 0);
}

TEST(ChildProcess, HasNoSignalIgnoredOrBlocked) {
    const auto old_hup = std::signal(SIGHUP, SIG_IGN);
    const auto old_usr2 = std::signal(SIGUSR2, SIG_IGN);
    const auto old_last = std::signal(SIGRTMAX, SIG_IGN);
    sigset_t term{};
    sigset_t before{};
    ::sigemptyset(&term);
    ::sigaddset(&term, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &term, &before);
    EXPECT_EQ(said_by("exec grep -E '^Sig(Blk|Ign)' /proc/self/status"),
              "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    (void)std::signal(SIGHUP, old_hup);
    (void)std::signal(SIGUSR2, old_usr2);
    (void)std::signal(SIGRTMAX, old_last);
}

TEST(ChildProcess, ThatCannotBeStartedIsAnError) {
    const net::unique_fd input{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    try {
        const child_process none({"/no/such/program"}, input.get());
        FAIL() << "it was started";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::no_such_file_or_directory);
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "it was collected";
}

TEST(ChildProcess, EndsInTimeOrNot) {
    const net::unique_fd input{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    child_process quick({"true"}, input.get());
    EXPECT_TRUE(quick.ends_by(std::chrono::steady_clock::now() + 10s));
    EXPECT_EQ(quick.wait(), 0);
    child_process slow({"sleep", "600"}, input.get());
    EXPECT_FALSE(slow.ends_by(std::chrono::steady_clock::now() + 1ms));
    slow.kill();
    EXPECT_TRUE(WIFSIGNALED(slow.wait()));
}

TEST(ChildProcess, IsKilledByItsOwnersEnd) {
    const net::unique_fd input{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    { const child_process forgotten({"sleep", "600"}, input.get()); }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

} // namespace child_process_test
