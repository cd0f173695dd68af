// Decodes base64 (RFC 4648) as it comes in, without waiting for its end.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wsgate {

/// Reads one text in any cut; padded, without line breaks, and in its one spelling.
class base64_reader {
public:
    struct result {
        std::size_t size = 0; ///< bytes, now at the front of what was read
        /// False: a wrong character stands behind those bytes, and all that follows is wrong.
        bool good = true;
    };

    /// Decodes in place.
    [[nodiscard]] result read(std::span<std::byte> text);

    /// Whether the text may end here.
    [[nodiscard]] bool is_whole() const { return characters_ == 0; }

    /// Shows all that it remembers, as `v(value)` or `v(value, most)`; `v` may change it.
    template <class Visitor>
    void show_memory(Visitor& v) {
        constexpr std::size_t most_characters = 3;
        v(bits_);
        v(characters_, most_characters);
        v(is_padded_);
    }

private:
    [[nodiscard]] bool take_padding();

    std::uint32_t bits_ = 0;     ///< those that make no byte yet
    std::size_t characters_ = 0; ///< of a group of four
    bool is_padded_ = false;     ///< nothing but padding may follow
};

} // namespace wsgate
