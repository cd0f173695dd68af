// Each case is a process of its own that gives its rights up and then tries something.
// SPDX-License-Identifier: EUPL-1.2
#include "net/unique_fd.hpp"
#include "service/landlock.hpp"
#include "service/seccomp.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <netdb.h>
#include <sched.h>
#include <spawn.h>
#include <string>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace sandbox_test {

namespace {

using attempt = std::function<int()>; ///< returns 0 or an errno

/// The exit code, or minus the signal.
int outcome_of(const attempt& run) {
    const pid_t child = ::fork();
    if (child == 0) {
        (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        ::_exit(run());
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

constexpr int no_sandbox = 250;

int filtered(const attempt& run) {
    return outcome_of([&] { return service::forbid_system_calls() ? no_sandbox : run(); });
}

int confined(const service::file_changes& changes, const attempt& run) {
    return outcome_of([&] { return service::confine_changes(changes) ? no_sandbox : run(); });
}

int error_of(long result) {
    return result < 0 ? errno : 0;
}

int try_to_open(const std::string& path, int how) {
    return error_of(net::unique_fd{::open(path.c_str(), how | O_CLOEXEC, 0666)}.get());
}

bool has_landlock() {
    return confined({}, [] { return 0; }) == 0;
}

/// A folder with a file in it, and another one outside.
class Landlock : public testing::Test {
protected:
    void SetUp() override {
        if (!has_landlock()) {
            GTEST_SKIP() << "this kernel has no Landlock";
        }
        for (const auto& each : {mine, other}) {
            std::filesystem::create_directory(std::filesystem::path{each}.parent_path());
            std::ofstream{each} << "text\n";
        }
    }

    [[nodiscard]] std::string in(const std::string& name) const {
        return (folder.path() / name).string();
    }

    support::scratch_directory folder;
    std::string mine = in("mine/log");
    std::string other = in("other/file");
};

class Deadly : public testing::TestWithParam<std::pair<const char*, attempt>> {};

} // namespace

TEST_F(Landlock, LetsAFileBeWrittenAndMadeAnew) {
    EXPECT_EQ(confined({.written = {mine}}, [&] { return try_to_open(mine, O_WRONLY | O_APPEND); }),
              0);
    EXPECT_EQ(confined({.written = {mine}},
                       [&] { return try_to_open(in("mine/log.new"), O_WRONLY | O_CREAT); }),
              0);
    EXPECT_EQ(confined({.written = {mine}},
                       [&] {
                           const net::unique_fd fd{::open(mine.c_str(), O_WRONLY | O_CLOEXEC)};
                           return error_of(::ftruncate(fd.get(), 1));
                       }),
              0);
}

TEST_F(Landlock, LetsNothingElseBeChanged) {
    const service::file_changes changes{.written = {mine}, .removed = {}};
    const std::initializer_list<attempt> all{
        [&] { return try_to_open(other, O_WRONLY); },
        [&] { return try_to_open(other, O_RDWR); },
        [&] { return try_to_open(other, O_RDONLY | O_TRUNC); },
        [&] { return try_to_open(other + ".new", O_WRONLY | O_CREAT); },
        [&] { return try_to_open(in("mine/../other/file"), O_WRONLY); },
        [&] { return error_of(::unlink(other.c_str())); },
        [&] { return error_of(::unlink(mine.c_str())); },
        [&] { return error_of(::mkdir(in("other/folder").c_str(), 0777)); },
        [&] { return error_of(::symlink("/", in("mine/link").c_str())); },
        [&] { return error_of(::mknod(in("mine/fifo").c_str(), S_IFIFO | 0666, 0)); },
        [&] { return error_of(::execl(other.c_str(), "x", nullptr)); },
    };
    for (const auto& each : all) {
        EXPECT_EQ(confined(changes, each), EACCES);
    }
    // A file cannot come in from elsewhere, nor leave.
    for (const auto& [from, to] : {std::pair{other, in("mine/x")}, {mine, in("other/x")}}) {
        const int why =
            confined(changes, [&] { return error_of(::rename(from.c_str(), to.c_str())); });
        EXPECT_TRUE(why == EACCES || why == EXDEV) << why;
    }
}

TEST_F(Landlock, LetsEverythingBeReadAndWhatIsOpenBeWritten) {
    EXPECT_EQ(confined({}, [&] { return try_to_open(other, O_RDONLY); }), 0);
    const net::unique_fd open{::open(other.c_str(), O_WRONLY | O_CLOEXEC)};
    EXPECT_EQ(confined({}, [&] { return error_of(::write(open.get(), "x", 1)); }), 0);
    EXPECT_EQ(confined({}, [] { return try_to_open("/dev/null", O_RDWR); }), 0);
}

TEST_F(Landlock, LetsAFileBeRemovedWhereItWillBe) {
    EXPECT_EQ(confined({.removed = {mine}}, [&] { return try_to_open(mine, O_WRONLY); }), EACCES);
    EXPECT_EQ(confined({.removed = {mine}}, [&] { return error_of(::unlink(mine.c_str())); }), 0);
}

TEST_F(Landlock, FollowsALinkToALog) {
    const auto link = in("link");
    ASSERT_EQ(::symlink(other.c_str(), link.c_str()), 0);
    EXPECT_EQ(confined({.written = {link}}, [&] { return try_to_open(link, O_WRONLY); }), 0);
}

TEST_F(Landlock, LetsADeviceBeWrittenAndNoneBesideIt) {
    EXPECT_EQ(
        confined({.written = {"/dev/zero"}}, [] { return try_to_open("/dev/zero", O_WRONLY); }), 0);
    EXPECT_EQ(
        confined({.written = {"/dev/zero"}}, [] { return try_to_open("/dev/full", O_WRONLY); }),
        EACCES);
    EXPECT_EQ(
        confined({.written = {"/dev/stdout"}}, [] { return try_to_open("/dev/full", O_WRONLY); }),
        EACCES);
}

TEST_F(Landlock, LetsStandardErrorBeOpenedAnew) {
    const auto open_anew = [](const std::string& what) {
        return [what] {
            const net::unique_fd error{::open(what.c_str(), O_WRONLY | O_CLOEXEC)};
            (void)::dup2(error.get(), STDERR_FILENO);
            return service::confine_changes({}) ? no_sandbox
                                                : try_to_open("/proc/self/fd/2", O_WRONLY);
        };
    };
    EXPECT_EQ(outcome_of(open_anew(other)), 0);
    EXPECT_EQ(outcome_of(open_anew("/dev/full")), 0);
    EXPECT_EQ(outcome_of([] {
                  std::array<int, 2> ends{};
                  (void)::pipe(ends.data());
                  (void)::dup2(ends[1], STDERR_FILENO);
                  return service::confine_changes({}) ? no_sandbox
                                                      : try_to_open("/proc/self/fd/2", O_WRONLY);
              }),
              0);
}

TEST_P(Deadly, EndsTheProcess) {
    EXPECT_EQ(filtered(GetParam().second), -SIGSYS);
}

INSTANTIATE_TEST_SUITE_P(
    Seccomp, Deadly,
    testing::Values(
        std::pair{"execve",
                  attempt{[] { return error_of(::execl("/bin/true", "true", nullptr)); }}},
        std::pair{"execveat", attempt{[] {
                      return error_of(
                          ::syscall(SYS_execveat, AT_FDCWD, "/bin/true", nullptr, nullptr, 0));
                  }}},
        std::pair{"fork", attempt{[] { return error_of(::fork()); }}},
        std::pair{"vfork", attempt{[] { return error_of(::syscall(SYS_vfork)); }}},
        std::pair{"posix_spawn", attempt{[] {
                      char name[] = "true"; // NOLINT(*-avoid-c-arrays): C's signature
                      char* const words[] = {name, nullptr}; // NOLINT(*-avoid-c-arrays)
                      pid_t pid = 0;
                      return ::posix_spawn(&pid, "/bin/true", nullptr, nullptr, words, environ);
                  }}},
        std::pair{"system", attempt{[] { return std::system("true"); }}},
        std::pair{"ptrace", attempt{[] { return error_of(::ptrace(PTRACE_TRACEME, 0, 0, 0)); }}},
        std::pair{"process_vm_readv", attempt{[] {
                      return error_of(::process_vm_readv(::getpid(), nullptr, 0, nullptr, 0, 0));
                  }}},
        std::pair{"process_vm_writev", attempt{[] {
                      return error_of(::process_vm_writev(::getpid(), nullptr, 0, nullptr, 0, 0));
                  }}},
        std::pair{"bpf", attempt{[] { return error_of(::syscall(SYS_bpf, 0, nullptr, 0)); }}},
        std::pair{"io_uring",
                  attempt{[] { return error_of(::syscall(SYS_io_uring_setup, 1, nullptr)); }}},
        std::pair{"mount",
                  attempt{[] { return error_of(::mount("none", "/tmp", "tmpfs", 0, nullptr)); }}},
        std::pair{"umount", attempt{[] { return error_of(::umount2("/no/such", 0)); }}},
        std::pair{"kexec_load",
                  attempt{[] { return error_of(::syscall(SYS_kexec_load, 0, 0, nullptr, 0)); }}},
        std::pair{"unshare", attempt{[] { return error_of(::unshare(CLONE_NEWUSER)); }}},
        std::pair{"setns", attempt{[] { return error_of(::setns(0, 0)); }}},
        std::pair{"chroot", attempt{[] { return error_of(::chroot("/")); }}},
        std::pair{"keyctl",
                  attempt{[] { return error_of(::syscall(SYS_keyctl, 0, 0, 0, 0, 0)); }}}),
    [](const auto& tested) { return std::string{tested.param.first}; });

TEST(Seccomp, RefusesWhatAProgramMayTryWithoutHarm) {
    EXPECT_EQ(filtered([] { return error_of(::chmod("/no/such/file", 0777)); }), EPERM);
    EXPECT_EQ(filtered([] { return error_of(::chown("/no/such/file", 0, 0)); }), EPERM);
    EXPECT_EQ(filtered([] { return error_of(::truncate("/no/such/file", 0)); }), EPERM);
    EXPECT_EQ(filtered([] { return error_of(::socket(AF_ALG, SOCK_SEQPACKET, 0)); }), EAFNOSUPPORT);
    EXPECT_EQ(filtered([] { return error_of(::socket(AF_PACKET, SOCK_RAW, 0)); }), EAFNOSUPPORT);
    EXPECT_EQ(filtered([] { return error_of(::socket(AF_UNSPEC, SOCK_STREAM, 0)); }), EAFNOSUPPORT);
}

TEST(Seccomp, LeavesThreadsNamesAndSockets) {
    EXPECT_EQ(filtered([] {
                  int result = -1;
                  std::thread([&result] { result = 0; }).join();
                  return result;
              }),
              0);
    EXPECT_EQ(filtered([] {
                  addrinfo* found = nullptr;
                  const int error = ::getaddrinfo("localhost", "1", nullptr, &found);
                  if (error == 0) {
                      ::freeaddrinfo(found);
                  }
                  return error;
              }),
              0);
    for (const int family : {AF_UNIX, AF_INET, AF_NETLINK}) {
        EXPECT_EQ(filtered([family] {
                      return error_of(
                          net::unique_fd{::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)}.get());
                  }),
                  0);
    }
}

TEST(Seccomp, HoldsForThreadsThatThereAreAlready) {
    EXPECT_EQ(filtered([] { return 0; }), 0);
    EXPECT_EQ(outcome_of([] {
                  std::array<int, 2> ends{};
                  (void)::pipe(ends.data());
                  std::thread early([&ends] {
                      char byte = 0;
                      (void)!::read(ends[0], &byte, 1);
                      ::ptrace(PTRACE_TRACEME, 0, 0, 0);
                  });
                  const auto failed = service::forbid_system_calls();
                  (void)!::write(ends[1], "x", 1);
                  early.join();
                  return failed ? no_sandbox : 0;
              }),
              -SIGSYS);
}

} // namespace sandbox_test
