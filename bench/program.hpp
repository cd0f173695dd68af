// The main program of all benches, and what each of them sets.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace bench {

struct program {
    std::string name;
    std::string description;
    std::string subjects; ///< for --help: the kinds, and what a COMMAND may hold
    bool beside_direct = true;
};

/// Reads the arguments, makes the run, writes the reports. Returns the exit code, which is 1 also
/// where a slice failed.
[[nodiscard]] int run_program(const program&, int argc, char** argv);

} // namespace bench
