// Bytes for tests: written as text, padded, and cut in every way.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

using bytes = std::vector<std::byte>;

/// The characters of `text`, its NULs among them.
[[nodiscard]] inline bytes bytes_of(std::string_view text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

[[nodiscard]] inline std::string text_of(std::span<const std::byte> b) {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}

/// Text in which a lost, doubled or moved part shows.
[[nodiscard]] inline std::string pattern(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<char>(i * 31 + i / 253);
    }
    return text;
}

/// `text` and as many NULs as make `size` bytes of it.
[[nodiscard]] inline bytes padded(std::string_view text, std::size_t size) {
    assert(text.size() <= size);
    auto b = bytes_of(text);
    b.resize(size);
    return b;
}

[[nodiscard]] inline bytes joined(std::initializer_list<bytes> pieces) {
    bytes all;
    for (const auto& piece : pieces) {
        all.insert(all.end(), piece.begin(), piece.end());
    }
    return all;
}

/// Calls f(parts), a std::vector<std::span<const std::byte>>: with `all` in one part, byte by byte,
/// and cut in two at every place.
template <class F>
void for_each_split(std::span<const std::byte> all, F f) {
    using parts = std::vector<std::span<const std::byte>>;
    f(parts{all});
    parts single;
    for (std::size_t i = 0; i < all.size(); ++i) {
        single.push_back(all.subspan(i, 1));
    }
    f(single);
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        f(parts{all.first(cut), all.subspan(cut)});
    }
}

inline namespace literals {

/// "ID:1\0RFB"_bytes keeps the NUL.
[[nodiscard]] inline bytes operator""_bytes(const char* text, std::size_t size) {
    return bytes_of({text, size});
}

} // namespace literals

} // namespace support
