// The child writes a byte to a pipe when it serves; an end of the pipe without a byte tells the
// parent that the child has ended.
// SPDX-License-Identifier: EUPL-1.2
#include "service/background.hpp"

#include "net/uninterrupted.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace service {

namespace {

[[noreturn]] void wait_for(pid_t child, int pipe) {
    char byte = 0;
    const auto got = net::uninterrupted([&] { return ::read(pipe, &byte, 1); });
    int status = 0;
    if (got != 1 && ::waitpid(child, &status, 0) == child) {
        std::_Exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
    }
    std::_Exit(EXIT_SUCCESS);
}

} // namespace

background::background() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe");
    }
    const net::unique_fd child_end{ends[0]};
    parent_ = net::unique_fd{ends[1]};
    const pid_t child = ::fork();
    if (child < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (child > 0) {
        parent_ = net::unique_fd{};
        wait_for(child, child_end.get());
    }
    (void)::setsid();
}

void background::serves() {
    const net::unique_fd nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        (void)::dup2(nothing.get(), each);
    }
    // The result does not matter: the parent may be gone.
    [[maybe_unused]] const auto told = ::write(parent_.get(), "", 1);
    parent_ = net::unique_fd{};
}

} // namespace service
