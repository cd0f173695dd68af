// Writes hexadecimal escapes for all bytes that are not plain text.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/escape.hpp"

#include <algorithm>

namespace net {

namespace {

bool is_plain(char c) {
    return c >= ' ' && c < '\x7f' && c != '\\' && c != '"';
}

} // namespace

std::string escaped(std::string_view text, std::size_t limit) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto shown = text.substr(0, limit);
    const auto* const first = std::find_if_not(shown.begin(), shown.end(), is_plain);
    std::string out(shown.begin(), first); // most texts are plain altogether
    for (const char c : shown.substr(out.size())) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain(c)) {
            out += c;
        } else {
            out += "\\x";
            out += hex[byte >> 4U];
            out += hex[byte & 0xfU];
        }
    }
    if (text.size() > limit) {
        out += "...";
    }
    return out;
}

} // namespace net
