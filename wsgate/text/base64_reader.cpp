// Collects six bits a character, and puts a byte out as soon as there are eight.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/text/base64_reader.hpp"

#include <optional>

namespace wsgate {

namespace {

constexpr std::size_t group = 4;

std::optional<std::uint32_t> value_of(char c) {
    constexpr std::uint32_t letters = 26;
    if (c >= 'A' && c <= 'Z') {
        return static_cast<std::uint32_t>(c - 'A');
    }
    if (c >= 'a' && c <= 'z') {
        return static_cast<std::uint32_t>(c - 'a') + letters;
    }
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint32_t>(c - '0') + 2 * letters;
    }
    return c == '+' ? std::optional{62U} : c == '/' ? std::optional{63U} : std::nullopt;
}

} // namespace

base64_reader::result base64_reader::read(std::span<std::byte> text) {
    std::size_t size = 0;
    for (const auto each : text) {
        const auto c = std::to_integer<char>(each);
        if (c == '=') {
            if (!take_padding()) {
                return {size, false};
            }
            continue;
        }
        const auto value = value_of(c);
        if (!value || is_padded_) {
            return {size, false};
        }
        bits_ = bits_ << 6U | *value;
        if (characters_ > 0) { // 12, 10 or 8 bits are there
            const auto left = 2 * (group - 1 - characters_);
            text[size++] = static_cast<std::byte>(bits_ >> left & 0xffU);
            bits_ &= (1U << left) - 1;
        }
        characters_ = (characters_ + 1) % group;
    }
    return {size, true};
}

/// Two `=` stand behind two characters of a group, and one behind three; no bit may be left over.
bool base64_reader::take_padding() {
    if (characters_ < 2 || bits_ != 0) {
        return false;
    }
    is_padded_ = true;
    characters_ = (characters_ + 1) % group;
    return true;
}

} // namespace wsgate
