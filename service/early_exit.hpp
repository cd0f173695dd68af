// What a command line asks for in place of a running program.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace service {

/// The command line asked for text (usage, version) or was wrong: print it, exit with the code.
struct early_exit {
    std::string text;
    int exit_code = 0;
};

/// Prints the text, to standard output where the code is 0 and to standard error otherwise; the
/// code.
int print(const early_exit&);

} // namespace service
