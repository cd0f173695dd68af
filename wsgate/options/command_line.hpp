// Makes a configuration from the command line and the file of options that it names.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/early_exit.hpp"
#include "wsgate/options/config.hpp"

#include <variant>

namespace wsgate {

/// Reads the file of --config as well. Never throws for what a user wrote. Exit codes: 0 for help
/// and version, 64 for errors, 78 for those in the file or with --check.
[[nodiscard]] std::variant<config, service::early_exit> parse_command_line(int argc,
                                                                           const char* const* argv);

} // namespace wsgate
