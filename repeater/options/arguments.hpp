// The Perl's command line and environment, put into our long options.        repeater spec 5
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/options/environment.hpp"

#include <string>
#include <vector>

namespace repeater {

/// The names of the variables that are looked at.
[[nodiscard]] std::vector<std::string> known_variables();

struct long_arguments {
    /// "--viewer-port=5900" and so on: the environment's first, then the command line's in their
    /// order, so that the last one wins. What the Perl does not know stands as it was given.
    std::vector<std::string> words;
    std::vector<std::string> warnings;
};

/// Understands -l -p -c -s -b FILE or number, -L [1|0|BG], -R -C -r [1|0], and
/// [-...]ULTRAVNC_REPEATER_X=value, anywhere. Pure.
[[nodiscard]] long_arguments to_long_arguments(const std::vector<std::string>& command_line,
                                               const environment&);

} // namespace repeater
