// A process that goes on without the terminal it was started from.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

namespace service {

/// Whoever started us waits until we serve, and gets our exit code where we do not.
class background {
public:
    /// Forks: goes on in the child, and never returns in the parent. Before there are threads.
    /// Throws std::system_error.
    background();

    /// Lets the parent go, with 0, and the terminal too: standard input, output and error lead
    /// nowhere from now on.
    void serves();

private:
    net::unique_fd parent_;
};

} // namespace service
