// Puts the process into the background, away from the terminal it was started from.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

namespace service {

/// What the log says where PID 1 was told to go into the background.
inline constexpr auto no_background =
    "PID 1 stays in the foreground: the system ends all other processes with it";

/// The parent process waits until we serve, and exits with our exit code if we end before that.
class background {
public:
    /// Forks; returns in the child and never in the parent. To be called before there are threads.
    /// Throws std::system_error.
    background();

    /// Lets the parent exit with 0, and puts /dev/null in the place of standard input, output and
    /// error.
    void serves();

private:
    net::unique_fd parent_;
};

} // namespace service
