// Starts the program, feeds it, hears it, waits for it, and kills what does not end.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/run_program.hpp"

#include "net/unique_fd.hpp"
#include "service/child_process.hpp"
#include "service/ready_by.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

namespace repeater {

namespace {

using clock = std::chrono::steady_clock;

std::string text_of(int error) {
    return std::strerror(error); // NOLINT: its text is copied at once
}

void feed(int program, const std::string& text, clock::time_point end) {
    std::size_t sent = 0;
    while (sent < text.size() && service::ready_by(program, POLLOUT, end)) {
        const auto n =
            ::send(program, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) {
            return;
        }
        sent += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
}

/// Reads until the program ends what it says, or has said more than `longest`.
std::string hear(int program, std::size_t longest, clock::time_point end) {
    std::string said;
    std::array<char, 4096> some{};
    while (said.size() <= longest && service::ready_by(program, POLLIN, end)) {
        const auto n = ::recv(program, some.data(), some.size(), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            break;
        }
        said.append(some.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    return said;
}

/// Waits for the program's end; kills its process group at `end`.
std::optional<std::string> reap(service::child_process& program, clock::time_point end) {
    const bool in_time = program.ends_by(end);
    if (!in_time) {
        program.kill();
    }
    const int status = program.wait();
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

program_run run_program(const std::vector<std::string>& command, const std::string& input,
                        clock::time_point end, std::size_t longest_output) {
    // A socket, as writing to it can be told to raise no signal.
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return {text_of(errno)};
    }
    net::unique_fd ours{ends[0]};
    net::unique_fd theirs{ends[1]};
    try {
        service::child_process program(command, theirs.get(),
                                       longest_output > 0 ? theirs.get() : -1);
        theirs = net::unique_fd{};
        feed(ours.get(), input, end);
        program_run run;
        if (longest_output > 0) {
            (void)::shutdown(ours.get(), SHUT_WR);
            run.output = hear(ours.get(), longest_output, end);
        } else {
            ours = net::unique_fd{};
        }
        run.failure = reap(program, end);
        return run;
    } catch (const std::system_error& e) {
        return {command.front() + ": " + e.code().message()};
    }
}

} // namespace repeater
