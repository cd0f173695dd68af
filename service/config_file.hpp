// Reads the text of a file of options: their long names and values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace service {

struct setting {
    std::string name;  ///< without dashes
    std::string value; ///< empty: a switch without a value
    std::size_t line = 0;
    bool has_nothing = false; ///< `name =` without a value behind it

    friend bool operator==(const setting&, const setting&) = default;
};

/// The line that is wrong, and why.
struct bad_setting {
    std::size_t line = 0;
    std::string why;
};

/// Reads lines `name = value` or `name`, as both programs' manuals describe:
/// - A line that begins with `#` or `;` is a comment, and so is what follows a `#` behind a blank.
/// - Blanks around a value are not part of it, unless it stands in quotes, double or single; there
///   a `#` is no comment, and a quote of the same kind behind a backslash does not end it.
/// - Nothing behind the `=` is told as such: what it means is the program's business.
/// - `[a, b]` are several values, which may stand in several lines. Each becomes a setting of its
///   own. A line `[default]`, which CLI11's files may have, says nothing.
/// - A section `[policy "lab-*"]` becomes one setting `policy`, whose value is the text in quotes
///   and then each line up to the next section, as `name=value` without blanks: what a command line
///   has as --policy='lab-* name=value'.
[[nodiscard]] std::variant<std::vector<setting>, bad_setting> parse_settings(std::string_view text);

} // namespace service
