// vfork(2) in the place of posix_spawn(3), which cannot set limits. A plain fork(2) would have all
// relaying threads copy the pages that they write to.
// SPDX-License-Identifier: EUPL-1.2
#include "service/child_process.hpp"

#include "service/descriptors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <set>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace service {

namespace {

/// Which children are waited for by child_process. Until a new child's number is listed, no other
/// may be collected, since it could be that one.
class waited_for {
public:
    void will_start() {
        const std::lock_guard lock(mutex_);
        ++starting_;
    }

    /// 0: it did not start.
    void started(pid_t child) {
        const std::lock_guard lock(mutex_);
        --starting_;
        if (child > 0) {
            all_.insert(child);
        }
    }

    void ended(pid_t child) {
        const std::lock_guard lock(mutex_);
        all_.erase(child);
    }

    /// Collects others. Linux shows the ended children in order, so one that is waited for hides
    /// those behind it; whoever waits for it calls this again.
    void collect_others() {
        const std::lock_guard lock(mutex_);
        siginfo_t first{};
        while (starting_ == 0 && ::waitid(P_ALL, 0, &first, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               first.si_pid != 0 && all_.count(first.si_pid) == 0) {
            (void)::waitpid(first.si_pid, nullptr, WNOHANG);
            first = {};
        }
    }

private:
    std::mutex mutex_;
    int starting_ = 0;
    std::set<pid_t> all_;
};

/// Is never destroyed, as a thread that waits for a program may outlive main().
waited_for& children() {
    // NOLINTNEXTLINE(*-owning-memory, *-non-const-global-variables): as said above
    static auto* const all = new waited_for;
    return *all;
}

/// What the new process needs; made before it exists, since it may not allocate.
struct start_plan {
    char* const* words;
    int input;
    int nothing; ///< /dev/null
    int report;  ///< takes the error where it cannot be started
};

/// In the new process, which has our memory: makes system calls and changes nothing.
[[noreturn]] void exec_in_child(const start_plan& p) {
    constexpr int report = STDERR_FILENO + 1;
    (void)::dup2(p.input, STDIN_FILENO);
    if (::dup2(p.nothing, STDOUT_FILENO) < 0) {
        (void)::close(STDOUT_FILENO); // the system has no /dev/null
    }
    if (p.report != report) {
        (void)::dup3(p.report, report, O_CLOEXEC);
    }
    ::closefrom(report + 1);
    (void)::setpgid(0, 0);
    restore_descriptor_limit();

    struct sigaction by_default {};

    by_default.sa_handler = SIG_DFL; // NOLINT(*-union-access): POSIX's
    for (int number = 1; number <= SIGRTMAX; ++number) {
        (void)::sigaction(number, &by_default, nullptr);
    }
    (void)::sigprocmask(SIG_SETMASK, &by_default.sa_mask, nullptr);
    (void)::execvp(p.words[0], p.words);
    const int error = errno;
    [[maybe_unused]] const auto told = ::write(report, &error, sizeof error);
    ::_exit(127); // as a shell has it
}

/// Starts it with all signals blocked, since a handler of ours must not run in the new process.
pid_t vfork_and_exec(const start_plan& p) {
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    (void)::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork): see above
    if (pid == 0) {
        exec_in_child(p);
    }
    const int error = errno;
    (void)::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return pid;
}

[[noreturn]] void cannot_start(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

/// Returns the number of the process, or the error as a negative number.
pid_t start_or_error(const std::vector<std::string>& command, int standard_input) {
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (const auto& word : command) {
        words.push_back(const_cast<char*>(word.c_str())); // NOLINT: C's signature
    }
    words.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return -errno;
    }
    const net::unique_fd ours{ends[0]};
    net::unique_fd theirs{ends[1]};
    const net::unique_fd nothing{::open("/dev/null", O_WRONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    const pid_t pid = vfork_and_exec({words.data(), standard_input, nothing.get(), theirs.get()});
    if (pid < 0) {
        return -errno;
    }
    theirs = net::unique_fd{};
    int error = 0;
    ssize_t got = 0;
    do {
        got = ::read(ours.get(), &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    if (got != sizeof error) {
        return pid;
    }
    (void)::waitpid(pid, nullptr, 0);
    return -error;
}

} // namespace

child_process::child_process(const std::vector<std::string>& command, int standard_input) {
    children().will_start();
    const pid_t pid = start_or_error(command, standard_input);
    pid_ = std::max(pid, 0);
    children().started(pid_);
    reap_orphans();
    if (pid < 0) {
        cannot_start(-pid, command.front());
    }
    // glibc 2.36 declares pidfd_open() for C only.
    process_ = net::unique_fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
}

child_process::~child_process() {
    if (pid_ != 0) {
        kill();
        (void)wait();
    }
}

bool child_process::ends_by(std::chrono::steady_clock::time_point end) const {
    // Where a container's rules forbid pidfd_open(2), it is looked at from time to time.
    constexpr auto now_and_then = std::chrono::milliseconds(20);
    for (;;) {
        siginfo_t seen{};
        if (::waitid(P_PID, static_cast<id_t>(pid_), &seen, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            seen.si_pid != 0) {
            return true;
        }
        auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return false;
        }
        left = process_ ? left : std::min(left, now_and_then);
        pollfd p{process_.get(), POLLIN, 0}; // poll(2) only sleeps where the descriptor is -1
        (void)::poll(&p, 1, static_cast<int>(left.count()));
    }
}

void child_process::kill() const {
    (void)::kill(-pid_, SIGKILL);
}

int child_process::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    children().ended(pid_);
    pid_ = 0;
    reap_orphans();
    return status;
}

void reap_orphans() {
    if (::getpid() == 1) {
        children().collect_others();
    }
}

} // namespace service
