// A program that we start and wait for; and, as PID 1, the end of processes that nobody waits for.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace service {

/// The program has our standard error, its standard output is thrown away unless somebody wants it,
/// and it leads a process group. It inherits nothing else that is special about us: no descriptor,
/// no blocked or ignored signal, no raised limit.
class child_process {
public:
    /// Looks for the program in PATH and starts it; no shell. `standard_output` -1: thrown away.
    /// Throws std::system_error.
    child_process(const std::vector<std::string>& command, int standard_input,
                  int standard_output = -1);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    /// Kills it and its group, unless wait() was called.
    ~child_process();

    /// Whether it ends by then.
    [[nodiscard]] bool ends_by(std::chrono::steady_clock::time_point) const;

    /// Kills it and every process of its group.
    void kill() const;

    /// Waits for its end: the status of waitpid(2). To be called once.
    [[nodiscard]] int wait();

private:
    pid_t pid_ = 0; ///< 0 after wait()
    net::unique_fd process_;
};

/// Where we are PID 1, as in a container, the system makes us the parent of every process whose own
/// parent has ended. Collects those that have ended, which would otherwise stay as zombies, and
/// leaves alone what child_process waits for. Does nothing where we are not PID 1. Thread-safe.
void reap_orphans();

} // namespace service
