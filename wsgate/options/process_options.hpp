// How the gateway lives as a process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <string>

namespace wsgate {

struct process_options {
    bool check = false;                     ///< try what is configured, then end
    bool background = false;                ///< leave the terminal
    bool inetd = false;                     ///< a socket that listens is on standard input
    bool run_once = false;                  ///< end after the first session
    std::chrono::milliseconds timeout{0};   ///< then no newcomers, and end; 0: never
    std::chrono::milliseconds idle_exit{0}; ///< end when nobody was there so long; 0: never
    std::string user;                       ///< to become once all is open; empty: stay

    friend bool operator==(const process_options&, const process_options&) = default;
};

} // namespace wsgate
