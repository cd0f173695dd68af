// Splits lists whose elements stand between commas, as in options and header fields.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace wsgate {

/// What stands between commas, without the blanks around it; empty ones too (RFC 9110 5.6.1).
[[nodiscard]] inline std::vector<std::string_view> elements(std::string_view list) {
    std::vector<std::string_view> found;
    for (;;) {
        const auto comma = list.find(',');
        found.push_back(trimmed(list.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return found;
        }
        list.remove_prefix(comma + 1);
    }
}

/// Whether the list holds the name, in any mix of small and capital letters.
[[nodiscard]] inline bool holds_element(std::string_view list, std::string_view name) {
    const auto all = elements(list);
    return std::any_of(all.begin(), all.end(),
                       [name](std::string_view each) { return equal_but_for_case(each, name); });
}

} // namespace wsgate
