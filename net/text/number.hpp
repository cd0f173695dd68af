// Reads whole numbers from text.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace net {

constexpr int decimal = 10;

/// The number that all of the text is; nothing where it is empty, has anything but digits, or the
/// number does not fit.
template <std::unsigned_integral T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text, int base = decimal) {
    T value{};
    const auto* const all = text.data() + text.size();
    const auto [end, ec] = std::from_chars(text.data(), all, value, base);
    return ec == std::errc{} && end == all ? std::optional{value} : std::nullopt;
}

} // namespace net
