// Spawns the program, feeds it, waits for it, and kills what does not end.    posix_spawn(3)
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/exec.hpp"

#include "net/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace repeater {

namespace {

using clock = std::chrono::steady_clock;

std::string text_of(int error) {
    return std::strerror(error); // NOLINT: its text is copied at once
}

/// How the program is started: it inherits standard error from us, and no socket or ignored signal.
class spawn_plan {
public:
    explicit spawn_plan(int standard_input) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawn_file_actions_adddup2(&files_, standard_input, STDIN_FILENO);
        ::posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
        sigset_t by_default{};
        sigset_t blocked{};
        ::sigemptyset(&by_default);
        ::sigaddset(&by_default, SIGPIPE);
        ::sigaddset(&by_default, SIGXFSZ);
        ::sigemptyset(&blocked);
        ::posix_spawnattr_setsigdefault(&attributes_, &by_default);
        ::posix_spawnattr_setsigmask(&attributes_, &blocked);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                     POSIX_SPAWN_SETPGROUP);
    }

    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;

    ~spawn_plan() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    [[nodiscard]] int start(const std::vector<std::string>& command, pid_t& pid) const {
        std::vector<char*> words;
        words.reserve(command.size() + 1);
        for (const auto& word : command) {
            words.push_back(const_cast<char*>(word.c_str())); // NOLINT: C's signature
        }
        words.push_back(nullptr);
        return ::posix_spawnp(&pid, words.front(), &files_, &attributes_, words.data(), environ);
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

/// Waits until the descriptor is ready. False where that took too long.
bool wait_for(int fd, short what, clock::time_point end) {
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()).count();
        pollfd p{fd, what, 0};
        const int ready = ::poll(&p, 1, static_cast<int>(std::max<long>(left, 0)));
        if (ready > 0) {
            return true;
        }
        if (ready == 0 || errno != EINTR) {
            return false;
        }
    }
}

/// Writes the text to the program, which need not read it: that is no failure.
void feed(net::unique_fd input, const std::string& text, clock::time_point end) {
    std::size_t sent = 0;
    while (sent < text.size() && wait_for(input.get(), POLLOUT, end)) {
        const auto n = ::send(input.get(), text.data() + sent, text.size() - sent,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) {
            return;
        }
        sent += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
}

/// Waits for the program's end; kills its process group at `end`.
std::optional<std::string> reap(pid_t pid, clock::time_point end) {
    // glibc 2.36 declares pidfd_open() for C only.
    const net::unique_fd process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    const bool in_time = process.get() >= 0 && wait_for(process.get(), POLLIN, end);
    if (!in_time) {
        ::kill(-pid, SIGKILL);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in_time) {
        return "it did not end in time and was killed";
    }
    if (WIFSIGNALED(status)) {
        return "it was ended by signal " + std::to_string(WTERMSIG(status));
    }
    if (WEXITSTATUS(status) != 0) {
        return "it ended with status " + std::to_string(WEXITSTATUS(status));
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> exec_output::deliver(const std::string& json) {
    const auto end = clock::now() + limit_;
    // A socket, as writing to it can be told to raise no signal.
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return text_of(errno);
    }
    net::unique_fd ours{ends[0]};
    net::unique_fd theirs{ends[1]};
    pid_t pid = 0;
    if (const int error = spawn_plan(theirs.get()).start(command_, pid); error != 0) {
        return command_.front() + ": " + text_of(error);
    }
    theirs = net::unique_fd{};
    feed(std::move(ours), json + '\n', end);
    return reap(pid, end);
}

} // namespace repeater
