// A bench as a program: what is its own, and what all share.
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

/// Arguments, the run, the reports. Its exit code: 1 where a slice failed, too.
[[nodiscard]] int run_program(const program&, int argc, char** argv);

} // namespace bench
