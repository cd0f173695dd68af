// A file of options: their long names, a value each.
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
    std::string value; ///< empty: a switch
    std::size_t line = 0;

    friend bool operator==(const setting&, const setting&) = default;
};

/// What is wrong with a line, in words.
struct bad_setting {
    std::size_t line = 0;
    std::string why;
};

/// Lines `name = value`, `name` or `# comment`. Blanks around the value are not part of it, unless
/// it stands in double quotes; there is no other quoting.
[[nodiscard]] std::variant<std::vector<setting>, bad_setting> parse_settings(std::string_view text);

} // namespace service
