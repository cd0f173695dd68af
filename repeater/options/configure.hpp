// What the repeater is told by command line, environment and file.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/options/config.hpp"
#include "repeater/options/environment.hpp"
#include "service/early_exit.hpp"

#include <string>
#include <variant>
#include <vector>

namespace repeater {

/// Command line before environment before file (--config) before defaults. Never throws for what a
/// user wrote. Exit codes: 0 for help, version and a good --check (or --check-config); 64 for a bad
/// command line or environment; 78 for a bad file, also one that an option names, and for anything
/// bad under --check.
[[nodiscard]] std::variant<config, service::early_exit>
configure(const std::vector<std::string>& command_line, const environment&);

} // namespace repeater
