// The one place where text becomes an ID.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/repeater_id.hpp"

#include "rfb/text.hpp"

#include <algorithm>

namespace rfb {

result<repeater_id> repeater_id::make(std::string_view text) {
    if (text.empty() || text.size() > max_size ||
        !std::all_of(text.begin(), text.end(), is_visible)) {
        return error::bad_id;
    }
    return repeater_id(text);
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        if (is_visible(c) && c != '%') {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out.append("%").append(1, hex[byte >> 4U]).append(1, hex[byte & 0xfU]);
        }
    }
    return out;
}

} // namespace rfb
