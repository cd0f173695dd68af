// Uses strptime(3), in the C locale that this program never leaves.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/date.hpp"

#include <fmt/chrono.h>

namespace wsgate {

std::string to_http_date(std::time_t when) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(when));
}

std::optional<std::time_t> parse_http_date(std::string_view text) {
    constexpr std::size_t longest = 33; // "Wednesday, 06-Nov-94 08:49:37 GMT"
    if (text.size() > longest) {
        return std::nullopt;
    }
    const std::string date{text};
    for (const auto* const form :
         {"%a, %d %b %Y %H:%M:%S GMT", "%a, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        std::tm parts{};
        const auto* const end = ::strptime(date.c_str(), form, &parts);
        if (end == date.c_str() + date.size()) {
            return ::timegm(&parts);
        }
    }
    return std::nullopt;
}

} // namespace wsgate
