// Looks for LF and CR, and at the first bytes for what is no text of ours.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/lines.hpp"

#include "net/text/ascii.hpp"

#include <algorithm>

namespace net {

namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";

std::string_view without_mark(std::string_view line) {
    while (line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
    }
    return line;
}

bool has_mark_of_utf16(std::string_view text) {
    return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

/// Whether every second byte is a NUL, and no other one: letters of ASCII in UTF-16.
bool has_nuls_from(std::string_view text, std::size_t first) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((text[at] == '\0') != (at % 2 == first)) {
            return false;
        }
    }
    return true;
}

} // namespace

std::optional<text_line> text_lines::next() {
    if (rest_.empty()) {
        return std::nullopt;
    }
    const auto end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end);
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, rest_.size()));
    return text_line{++number_, without_mark(line)};
}

std::string_view first_line(std::string_view text) {
    const auto line = text_lines(text).next();
    return line ? line->text : std::string_view{};
}

bool is_utf16(std::string_view text) {
    if (has_mark_of_utf16(text)) {
        return text.find('\0') != std::string_view::npos;
    }
    constexpr std::size_t enough = 64;
    const auto begin = text.substr(0, std::min(text.size() / 2 * 2, enough));
    return begin.size() > 2 && (has_nuls_from(begin, 0) || has_nuls_from(begin, 1));
}

std::string_view fault_of_text(std::string_view text) {
    if (is_utf16(text)) {
        return utf16_fault;
    }
    if (text.find('\0') != std::string_view::npos) {
        return "there is a NUL byte in it, so it is no text";
    }
    return {};
}

std::string_view stripped(std::string_view text) {
    return trimmed(text, white_space);
}

} // namespace net
