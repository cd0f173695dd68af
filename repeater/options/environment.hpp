// The process's environment as a value.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace repeater {

/// Variables by name; those that are not set are not there.
using environment = std::map<std::string, std::string, std::less<>>;

/// Reads these variables, by all of the lists. Call before any thread is started (getenv(3)).
[[nodiscard]] environment read_environment(std::initializer_list<std::vector<std::string>> names);

} // namespace repeater
