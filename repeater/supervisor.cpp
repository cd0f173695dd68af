// Goes to the background where that is wanted, writes the pid file, and keeps a child running.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/supervisor.hpp"

#include "service/background.hpp"
#include "service/line_file.hpp"
#include "service/pid_file.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace repeater {

namespace {

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

} // namespace

int supervise(const config& c, const service::image_to_start& image, const supervised& run) {
    if (c.loop == supervision::background && ::getpid() == 1) {
        tell(c, event::advice{service::no_background});
    } else if (c.loop == supervision::background && !go_to_background(c)) {
        return EXIT_SUCCESS;
    }
    const service::pid_file pid(c.pid_file);
    if (pid.error()) {
        tell(c, event::pid_file_failed{c.pid_file, pid.error()});
    }
    return keep(c, image, run);
}

} // namespace repeater
