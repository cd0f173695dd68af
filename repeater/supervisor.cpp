// Forks the child, waits for its end, and forks again.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/supervisor.hpp"

#include "repeater/events/configured_log.hpp"
#include "service/background.hpp"
#include "service/line_file.hpp"
#include "service/pid_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace repeater {

namespace {

using clock = std::chrono::steady_clock;
using what = event::supervising::what;

constexpr auto first_pause = std::chrono::seconds(1);
constexpr auto longest_pause = std::chrono::seconds(60);
constexpr auto long_enough = std::chrono::seconds(10);

/// How long the child may take to obey a TERM of its own, where somebody told all processes to end
/// (systemd, a terminal): a second one, from us, would cut its sessions.
constexpr auto by_itself = std::chrono::milliseconds(50);

/// Tells the log one event. The log lives for this call alone, since fork(2) wants no other
/// threads. Where it takes nothing we go on: our work is to keep the child running.
void tell(const config& c, const any_event& e) {
    constexpr auto patience = std::chrono::milliseconds(250);
    try {
        configured_log(c.log, patience).sink().receive(e);
    } catch (const std::runtime_error&) { // the file cannot be opened: the child says why
    }
}

/// Leaves the terminal, twice forked, so that the process is nobody's job; what is still printed
/// goes to the log file. True in the process that goes on.
bool go_to_background(const config& c) {
    (void)::setpgid(0, 0);
    if (const pid_t child = ::fork(); child != 0) {
        (void)::waitpid(child, nullptr, 0);
        return false;
    }
    if (::fork() != 0) {
        std::_Exit(EXIT_SUCCESS);
    }
    (void)::setpgid(0, 0);
    const net::unique_fd nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    int to = nothing.get();
    auto log = service::line_file::open(c.log.file, {.holds_fifo = true});
    if (log) {
        to = log->native_handle();
    }
    (void)::dup2(nothing.get(), STDIN_FILENO);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
        (void)::dup2(to, output);
    }
    return true;
}

/// The signals that the parent reads one by one.
class signals {
public:
    signals() {
        ::sigemptyset(&set_);
        for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD}) {
            ::sigaddset(&set_, s);
        }
        ::sigprocmask(SIG_BLOCK, &set_, &before_);
        fd_ = net::unique_fd{::signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK)};
    }

    /// In a child: as if there were no parent.
    void leave() {
        fd_ = net::unique_fd{};
        ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    }

    /// The next one; 0 where there is none.
    [[nodiscard]] int take() const {
        signalfd_siginfo info{};
        return ::read(fd_.get(), &info, sizeof info) == sizeof info
                   ? static_cast<int>(info.ssi_signo)
                   : 0;
    }

    [[nodiscard]] int native_handle() const { return fd_.get(); }

private:
    sigset_t set_{};
    sigset_t before_{};
    net::unique_fd fd_;
};

class parent {
public:
    parent(const config& c, const supervised& run) : config_(c), run_(run) {}

    int loop() {
        tell(config_, event::supervising{what::starts, ::getpid(), 0, {}});
        auto pause = first_pause;
        for (;;) {
            const auto started = clock::now();
            start();
            if (!wait(std::nullopt)) {
                return end();
            }
            const bool lived = clock::now() - started >= long_enough;
            pause = lived ? first_pause : pause;
            tell(config_, event::supervising{what::starts_again, ::getpid(), 0, {}});
            if (!wait(clock::now() + pause)) {
                return end();
            }
            pause = std::min(pause * 2, longest_pause);
        }
    }

private:
    /// Without exec(2), so that nothing depends on how the program was found.
    void start() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            return; // wait() returns at once, and after the pause there is another try
        }
        serving_ = net::unique_fd{ends[0]};
        net::unique_fd theirs{ends[1]};
        child_ = ::fork();
        if (child_ == 0) {
            signals_.leave();
            serving_ = net::unique_fd{};
            std::_Exit(run_(std::move(theirs)));
        }
        if (child_ > 0) {
            children_.insert(child_);
        }
    }

    /// Waits until the child serves no more, or until the given time. False where we are told to
    /// end.
    bool wait(std::optional<clock::time_point> until) {
        for (;;) {
            int left = -1;
            if (until) {
                const auto rest =
                    std::chrono::ceil<std::chrono::milliseconds>(*until - clock::now());
                left = static_cast<int>(std::max<std::int64_t>(rest.count(), 0));
            }
            std::array<pollfd, 2> on{pollfd{signals_.native_handle(), POLLIN, 0},
                                     pollfd{until ? -1 : serving_.get(), POLLIN, 0}};
            if (::poll(on.data(), on.size(), left) == 0) {
                return true;
            }
            while (const int signal = signals_.take()) {
                if (!obey(signal)) {
                    return false; // what else has come is for end()
                }
            }
            if (!until && (!serving_ || on[1].revents != 0)) {
                return true;
            }
        }
    }

    bool obey(int signal) {
        if (signal == SIGCHLD) {
            reap();
            return true;
        }
        if (signal != SIGTERM && signal != SIGINT) {
            pass_on(signal);
            return true;
        }
        tell(config_, event::supervising{what::ends, ::getpid(), static_cast<int>(child_),
                                         signal == SIGTERM ? "TERM" : "INT"});
        pollfd p{serving_.get(), POLLIN, 0};
        if (is_pid_1() && signal == SIGINT) {
            pass_on_to_all(SIGINT);
        } else if (::poll(&p, 1, static_cast<int>(by_itself.count())) == 0) {
            pass_on(SIGTERM);
        }
        return false;
    }

    /// The system ends all processes when PID 1 ends, so that it waits for those that drain. Other
    /// parents leave them to themselves, as the Perl does. Returns the exit code.
    int end() {
        while (is_pid_1() && !children_.empty()) {
            pollfd p{signals_.native_handle(), POLLIN, 0};
            (void)::poll(&p, 1, -1);
            while (const int signal = signals_.take()) {
                if (signal == SIGCHLD) {
                    reap();
                } else {
                    pass_on_to_all(signal);
                }
            }
        }
        return EXIT_SUCCESS;
    }

    /// Collects every child that has ended, also those that PID 1 has got from others.
    void reap() {
        for (pid_t ended = 0; (ended = ::waitpid(-1, nullptr, WNOHANG)) > 0;) {
            children_.erase(ended);
        }
    }

    /// Once a child has been collected, its number may be another process's.
    void pass_on(int signal) const {
        if (children_.count(child_) != 0) {
            (void)::kill(child_, signal);
        }
    }

    void pass_on_to_all(int signal) const {
        for (const pid_t each : children_) {
            (void)::kill(each, signal);
        }
    }

    [[nodiscard]] static bool is_pid_1() { return ::getpid() == 1; }

    const config& config_;
    const supervised& run_;
    signals signals_;
    pid_t child_ = 0;          ///< the youngest
    std::set<pid_t> children_; ///< with those that drain
    net::unique_fd serving_;   ///< readable (its end) once the child serves no more
};

} // namespace

int supervise(const config& c, const supervised& run) {
    if (c.loop == supervision::background && ::getpid() == 1) {
        tell(c, event::advice{service::no_background});
    } else if (c.loop == supervision::background && !go_to_background(c)) {
        return EXIT_SUCCESS;
    }
    const service::pid_file pid(c.pid_file);
    if (pid.error()) {
        tell(c, event::pid_file_failed{c.pid_file, pid.error()});
    }
    return parent(c, run).loop();
}

} // namespace repeater
