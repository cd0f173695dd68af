// Letters, blanks and control characters of ASCII, whatever the locale.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <algorithm>
#include <string_view>

namespace net {

/// What RFC 9110 5.6.3 has between words (OWS).
inline constexpr std::string_view blanks = " \t";

[[nodiscard]] constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

[[nodiscard]] constexpr bool is_ascii(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
}

[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Without what is around it of these characters.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text,
                                                 std::string_view of = blanks) {
    const auto first = text.find_first_not_of(of);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(of) - first + 1);
}

[[nodiscard]] constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Beast 1.81 has one as well; it reads a byte too far.
[[nodiscard]] constexpr bool equal_but_for_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace net
