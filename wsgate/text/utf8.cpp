// The lead byte decides how many bytes follow and what the first of them may be (RFC 3629 4).
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/text/utf8.hpp"

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

} // namespace

std::size_t utf8_reader::read(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (more_ == 0) {
            const auto expected = after(byte);
            if (!expected.valid) {
                return i;
            }
            more_ = expected.more;
            from_ = expected.from;
            to_ = expected.to;
            continue;
        }
        if (byte < from_ || byte > to_) {
            return i;
        }
        --more_;
        from_ = sequence{}.from;
        to_ = sequence{}.to;
    }
    return text.size();
}

bool is_utf8(std::string_view text) {
    utf8_reader reader;
    return reader.read(text) == text.size() && reader.is_whole();
}

} // namespace wsgate
