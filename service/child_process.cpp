// Remembers which children somebody waits for.
// SPDX-License-Identifier: EUPL-1.2
#include "service/child_process.hpp"

#include "net/uninterrupted.hpp"
#include "service/start_program.hpp"

#include <algorithm>
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

[[noreturn]] void cannot_start(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

/// Returns the number of the process, or the error as a negative number.
pid_t start_with(const std::vector<std::string>& command, int standard_input, int standard_output) {
    const net::unique_fd nothing{::open("/dev/null", O_WRONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    program_to_start program;
    program.arguments = command;
    program.standard_input = standard_input;
    program.standard_output = standard_output < 0 ? nothing.get() : standard_output;
    program.leads_a_group = true;
    return start_program(program);
}

} // namespace

child_process::child_process(const std::vector<std::string>& command, int standard_input,
                             int standard_output) {
    children().will_start();
    const pid_t pid = start_with(command, standard_input, standard_output);
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
    (void)net::uninterrupted([&] { return ::waitpid(pid_, &status, 0); });
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
