// Letters, blanks and control characters of ASCII, whatever the locale.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/ascii.hpp"

namespace wsgate {

using net::blanks;
using net::equal_but_for_case;
using net::is_control;
using net::lower;
using net::trimmed;

[[nodiscard]] constexpr bool is_letter_or_digit(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || net::is_digit(c);
}

} // namespace wsgate
