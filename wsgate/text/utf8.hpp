// Tells UTF-8 from other bytes (RFC 3629).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <string_view>

namespace wsgate {

/// Reads a text in any cut.
class utf8_reader {
public:
    /// How many bytes are good; where not all are, the next one spoils it, and nothing heals that.
    [[nodiscard]] std::size_t read(std::string_view);

    /// Whether the text may end here: no character is cut short.
    [[nodiscard]] bool is_whole() const { return more_ == 0; }

    /// Shows all that it remembers, as `v(value)` or `v(value, most)`; `v` may change it.
    template <class Visitor>
    void show_memory(Visitor& v) {
        v(more_, most_continuations);
        v(from_);
        v(to_);
    }

private:
    static constexpr std::size_t most_continuations = 3;

    std::size_t more_ = 0;   ///< bytes that the character lacks
    unsigned char from_ = 0; ///< the next of them
    unsigned char to_ = 0;
};

/// Whether the text is UTF-8: without overlong forms, surrogates, anything above U+10FFFF, or a
/// character that is cut short.
[[nodiscard]] bool is_utf8(std::string_view);

} // namespace wsgate
