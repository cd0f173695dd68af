// Goes back to the last * whenever what follows it does not fit.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/policy/text_pattern.hpp"

#include "rfb/text.hpp"

#include <cstddef>

namespace repeater {

bool fits(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken_by_star = 0;
    for (std::size_t i = 0; i < text.size();) {
        const bool has_more = at < pattern.size();
        if (has_more && pattern[at] == '*') {
            star = at++;
            taken_by_star = i;
        } else if (has_more &&
                   (pattern[at] == '?' || rfb::to_lower(pattern[at]) == rfb::to_lower(text[i]))) {
            ++at;
            ++i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++taken_by_star;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

} // namespace repeater
