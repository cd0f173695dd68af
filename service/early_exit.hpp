// What a program prints, and its exit code, where it ends without running.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>
#include <string_view>

namespace service {

/// The command line asked for text (usage, version) or was wrong: print it, exit with the code.
struct early_exit {
    std::string text;
    int exit_code = 0;
};

/// Prints the text to standard output where the code is 0, and otherwise to standard error. Returns
/// the code.
int print(const early_exit&);

/// Prints the text to standard error, whose reader is waited for at most a second, so that nobody
/// can keep us from ending. Nothing where standard error is closed.
void print_error(std::string_view text);

} // namespace service
