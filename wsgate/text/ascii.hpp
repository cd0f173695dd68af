// Letters, digits, blanks and control characters of ASCII, whatever the locale.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/ascii.hpp"

#include <string_view>

namespace wsgate {

using net::equal_but_for_case;
using net::lower;

/// What RFC 9110 5.6.3 has between words (OWS).
inline constexpr std::string_view blanks = " \t";

[[nodiscard]] constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

[[nodiscard]] constexpr bool is_letter_or_digit(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

/// Without the blanks and tabs around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

} // namespace wsgate
