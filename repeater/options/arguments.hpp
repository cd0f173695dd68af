// The Perl's command line and environment, put into our long options.        repeater spec 5
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace repeater {

/// Variables by name: those of the process that the repeater knows.
using environment = std::map<std::string, std::string, std::less<>>;

/// Reads the process's environment.
[[nodiscard]] environment current_environment();

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
