// The name under which a viewer and a server find each other.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/error.hpp"

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace rfb {

/// A validated ID: 1 to 1024 bytes, none of them NUL, blank or control. Compared byte for byte.
/// IDs are credentials: print them only through the log's own rules.
class repeater_id {
public:
    static constexpr std::size_t max_size = 1024;

    /// Errors: bad_id (empty, too long, or a byte outside 0x21..0x7e).
    [[nodiscard]] static result<repeater_id> make(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }

    friend auto operator<=>(const repeater_id&, const repeater_id&) = default;

private:
    explicit repeater_id(std::string_view text) : text_(text) {}

    std::string text_;
};

/// The text with every byte that an ID cannot hold, and '%', as "%" and two hex digits: texts that
/// differ stay different.
[[nodiscard]] std::string percent_encoded(std::string_view text);

} // namespace rfb

template <>
struct std::hash<rfb::repeater_id> {
    std::size_t operator()(const rfb::repeater_id& id) const noexcept {
        return std::hash<std::string>{}(id.text());
    }
};
