// An option that was given nothing, where the next word would be taken for its value.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace wsgate {

/// "--web=", perhaps of a variable that is not set. Throws CLI::ValidationError.
inline void refuse_missing_values(const std::vector<std::string>& words) {
    for (const auto& word : words) {
        if (word.starts_with("--") && word.find('=') == word.size() - 1) {
            throw CLI::ValidationError(word.substr(0, word.size() - 1), "a value is missing");
        }
    }
}

} // namespace wsgate
