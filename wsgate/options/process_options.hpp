// The configuration of the gateway as a process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/rights.hpp"

#include <chrono>
#include <string>

namespace wsgate {

struct process_options {
    bool check = false;                     ///< only check that all can be used, then exit
    bool background = false;                ///< leave the terminal
    bool inetd = false;                     ///< standard input is a listening socket
    bool run_once = false;                  ///< end after the first session
    std::chrono::milliseconds timeout{0};   ///< stop accepting after this time, then end; 0: never
    std::chrono::milliseconds idle_exit{0}; ///< end after so long without a connection; 0: never
    std::string pid_file;                   ///< empty: none
    service::rights_options rights;

    friend bool operator==(const process_options&, const process_options&) = default;
};

} // namespace wsgate
