// One lead byte decides how many follow and what the first of them may be (RFC 3629 4).
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace wsgate {

namespace {

struct sequence {
    std::size_t more = 0;      ///< bytes after the lead
    unsigned char from = 0x80; ///< the first of them
    unsigned char to = 0xbf;
    bool valid = true;
};

sequence after(unsigned char lead) {
    if (lead < 0x80) {
        return {};
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return {1};
    }
    switch (lead) {
    case 0xe0:
        return {2, 0xa0};
    case 0xed:
        return {2, 0x80, 0x9f};
    case 0xf0:
        return {3, 0x90};
    case 0xf4:
        return {3, 0x80, 0x8f};
    default:
        break;
    }
    if (lead >= 0xe1 && lead <= 0xef) {
        return {2};
    }
    if (lead >= 0xf1 && lead <= 0xf3) {
        return {3};
    }
    return {0, 0, 0, false};
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

} // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto expected = after(static_cast<unsigned char>(text.front()));
        if (!expected.valid || text.size() <= expected.more) {
            return false;
        }
        const auto rest = text.substr(1, expected.more);
        if (!rest.empty()) {
            const auto first = static_cast<unsigned char>(rest.front());
            if (first < expected.from || first > expected.to ||
                !std::all_of(rest.begin(), rest.end(), is_continuation)) {
                return false;
            }
        }
        text.remove_prefix(1 + expected.more);
    }
    return true;
}

} // namespace wsgate
