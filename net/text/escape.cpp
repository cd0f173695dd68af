// Writes hexadecimal escapes for all bytes that are not plain text.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/escape.hpp"

namespace net {

std::string escaped(std::string_view text, std::size_t limit) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (const char c : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '\\' && c != '"') {
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
