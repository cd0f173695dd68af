// Lines of text files as people have them: of Unix, of Windows, with or without a byte order mark.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace net {

/// The mark that Windows' editors put in front of UTF-8.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// A line without what ends it.
struct text_line {
    std::size_t number = 0; ///< from 1
    std::string_view text;

    friend bool operator==(const text_line&, const text_line&) = default;
};

/// Cuts a text into lines. One ends with LF, CR LF or CR, and the last one also with the text. A
/// byte order mark in front of a line is no part of it: files are often joined of several.
class text_lines {
public:
    explicit text_lines(std::string_view text) : rest_(text) {}

    /// The next line; nothing behind the last one.
    [[nodiscard]] std::optional<text_line> next();

private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

/// The first line, of which blanks at its end are a part, such as of a password.
[[nodiscard]] std::string_view first_line(std::string_view text);

/// What is said of a file in UTF-16.
inline constexpr std::string_view utf16_fault =
    "this is UTF-16, as Windows may write it: save it as UTF-8";

/// Whether this is text in UTF-16. Hardly ever said of random bytes, such as of keys.
[[nodiscard]] bool is_utf16(std::string_view text);

/// Why the text of a file cannot be read line by line: it is UTF-16, or has a NUL in it. A literal;
/// empty where it can be read.
[[nodiscard]] std::string_view fault_of_text(std::string_view text);

/// Without white space, line ends among it, at both ends, as Python's strip().
[[nodiscard]] std::string_view stripped(std::string_view text);

} // namespace net
