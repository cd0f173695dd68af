// vfork(2) in the place of posix_spawn(3), which cannot set limits. A plain fork(2) would have all
// relaying threads copy the pages that they write to.
// SPDX-License-Identifier: EUPL-1.2
#include "service/start_program.hpp"

#include "net/uninterrupted.hpp"
#include "net/unique_fd.hpp"
#include "service/core_dumps.hpp"
#include "service/descriptors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

namespace service {

namespace {

/// What the new process needs; made before it exists, since it may not allocate. All descriptors
/// have numbers above those that they get.
struct start_plan {
    const char* path; ///< null: words[0], looked for in PATH
    char* const* words;
    char* const* variables; ///< null: ours
    std::optional<int> input;
    std::optional<int> output;
    std::span<const net::unique_fd> passed;
    int report; ///< takes the error where it cannot be started
    bool leads_a_group;
};

void put_in_place(std::optional<int> fd, int place) {
    if (fd && ::dup2(*fd, place) < 0) {
        (void)::close(place); // there is none
    }
}

/// In the new process, which has our memory: makes system calls and changes nothing.
[[noreturn]] void exec_in_child(const start_plan& p) {
    put_in_place(p.input, STDIN_FILENO);
    put_in_place(p.output, STDOUT_FILENO);
    int next = first_passed;
    for (const auto& each : p.passed) {
        (void)::dup2(each.get(), next++);
    }
    const int report = next;
    (void)::dup3(p.report, report, O_CLOEXEC);
    ::closefrom(report + 1);
    if (p.leads_a_group) {
        (void)::setpgid(0, 0);
    }
    restore_descriptor_limit();
    restore_core_limit();

    struct sigaction by_default {};

    by_default.sa_handler = SIG_DFL; // NOLINT(*-union-access): POSIX's
    for (int number = 1; number <= SIGRTMAX; ++number) {
        (void)::sigaction(number, &by_default, nullptr);
    }
    (void)::sigprocmask(SIG_SETMASK, &by_default.sa_mask, nullptr);
    if (p.variables != nullptr) {
        (void)::execve(p.path, p.words, p.variables);
    } else {
        (void)::execvp(p.path != nullptr ? p.path : p.words[0], p.words);
    }
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

/// As C's functions want them; they point into `texts`.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    std::transform(texts.begin(), texts.end(), std::back_inserter(all), [](const auto& text) {
        return const_cast<char*>(text.c_str()); // NOLINT: C's signature
    });
    all.push_back(nullptr);
    return all;
}

/// A duplicate whose number is above `last`, so that it is not overwritten before it is used.
net::unique_fd above(int last, int fd) {
    return net::unique_fd{::fcntl(fd, F_DUPFD_CLOEXEC, last + 1)}; // NOLINT(*-vararg): POSIX's
}

/// Waits for the program's start, which closes the other end of the pipe. Returns the error.
int error_from(int report) {
    int error = 0;
    const auto got = net::uninterrupted([&] { return ::read(report, &error, sizeof error); });
    return got == sizeof error ? error : 0;
}

} // namespace

pid_t start_program(const program_to_start& program) {
    const auto words = pointers_to(program.arguments);
    const auto variables =
        program.environment ? pointers_to(*program.environment) : std::vector<char*>{};
    const int report_at = first_passed + static_cast<int>(program.passed.size());
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return -errno;
    }
    const net::unique_fd ours{ends[0]};
    net::unique_fd theirs{ends[1]};
    net::unique_fd report = above(report_at, theirs.get());
    theirs = net::unique_fd{};
    std::vector<net::unique_fd> passed;
    for (const int fd : program.passed) {
        passed.push_back(above(report_at, fd));
        if (!passed.back()) {
            return -errno;
        }
    }
    if (!report) {
        return -EMFILE;
    }
    const pid_t pid =
        vfork_and_exec({program.path.empty() ? nullptr : program.path.c_str(), words.data(),
                        program.environment ? variables.data() : nullptr, program.standard_input,
                        program.standard_output, passed, report.get(), program.leads_a_group});
    if (pid < 0) {
        return -errno;
    }
    report = net::unique_fd{};
    const int error = error_from(ours.get());
    if (error == 0) {
        return pid;
    }
    (void)::waitpid(pid, nullptr, 0);
    return -error;
}

} // namespace service
