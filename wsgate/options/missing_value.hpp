// An option that was given nothing: it would mean less than was meant, such as no password at all.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace wsgate {

/// "--web=" or "--web" and an empty word, perhaps of a variable that is not set. Throws
/// CLI::ValidationError.
inline void refuse_missing_values(const std::vector<std::string>& words) {
    std::string before = "an argument";
    for (const auto& word : words) {
        const bool is_option = word.starts_with("--");
        if (is_option && word.find('=') == word.size() - 1) {
            throw CLI::ValidationError(word.substr(0, word.size() - 1), "a value is missing");
        }
        if (word.empty()) {
            throw CLI::ValidationError(before, "a value is missing");
        }
        before = is_option ? word.substr(0, word.find('=')) : "an argument";
    }
}

} // namespace wsgate
