// Calls open(2) and setrlimit(2).
// SPDX-License-Identifier: EUPL-1.2
#include "service/descriptors.hpp"

#include <fcntl.h>
#include <initializer_list>
#include <sys/resource.h>
#include <unistd.h>

namespace service {

namespace {

// NOLINTNEXTLINE(*-non-const-global-variables): the limit is the process's own
rlimit as_started{}; ///< where it was raised; otherwise rlim_max is 0

/// Takes the lowest free number. Where the system has no /dev/null, as in an empty container, it is
/// something else that can be neither read nor written.
void open_nothing(int how) {
    if (::open("/dev/null", how) < 0) { // NOLINT(*-vararg): POSIX's
        (void)::open("/", O_PATH);      // NOLINT(*-vararg)
    }
}

} // namespace

void keep_standard_descriptors() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0) { // NOLINT(*-vararg)
            open_nothing(fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
        }
    }
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    const auto before = limit;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        as_started = before;
    }
}

std::size_t descriptor_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

void restore_descriptor_limit() {
    if (as_started.rlim_max != 0) {
        (void)::setrlimit(RLIMIT_NOFILE, &as_started);
    }
}

} // namespace service
