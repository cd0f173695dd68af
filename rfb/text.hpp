// ASCII character classes, the same in every locale.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <algorithm>
#include <string_view>

namespace rfb {

[[nodiscard]] constexpr bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r'); // \t \n \v \f \r
}

[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// [A-Za-z0-9_]
[[nodiscard]] constexpr bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// 0x21..0x7e
[[nodiscard]] constexpr bool is_visible(char c) {
    return c > ' ' && c <= '~';
}

[[nodiscard]] constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// At least one, and nothing but digits.
[[nodiscard]] constexpr bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// `text` up to the first blank or newline.
[[nodiscard]] constexpr std::string_view first_word(std::string_view text) {
    const auto* const end = std::find_if(text.begin(), text.end(), is_blank);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

[[nodiscard]] constexpr std::string_view trim_end(std::string_view text) {
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    return trim_end(text);
}

} // namespace rfb
