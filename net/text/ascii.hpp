// Letters of ASCII, whatever the locale.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <algorithm>
#include <string_view>

namespace net {

[[nodiscard]] constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Beast 1.81 has one as well; it reads a byte too far.
[[nodiscard]] constexpr bool equal_but_for_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace net
