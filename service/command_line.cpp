// Looks for the option that only checks, and puts complaints into words.
// SPDX-License-Identifier: EUPL-1.2
#include "service/command_line.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace service {

bool asks_to_check(const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(), [](const std::string& word) {
        return word == "--check" || word == "--check-config";
    });
}

early_exit complaint(std::string_view program, std::string what, int exit_code) {
    std::replace(what.begin(), what.end(), '\n', ' ');
    return {fmt::format("{}: {} (--help lists the options)\n", program, what), exit_code};
}

} // namespace service
