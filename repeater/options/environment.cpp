// Asks getenv(3) for each name.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/environment.hpp"

#include <cstdlib>

namespace repeater {

environment read_environment(std::initializer_list<std::vector<std::string>> names) {
    environment all;
    for (const auto& list : names) {
        for (const auto& name : list) {
            if (const char* const value = std::getenv(name.c_str())) { // NOLINT: before any thread
                all.emplace(name, value);
            }
        }
    }
    return all;
}

} // namespace repeater
