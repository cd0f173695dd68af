// Lines of text files of all systems, and what is no text.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/lines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace lines_test {

namespace {

using namespace std::string_literals;
using lines = std::vector<std::pair<std::size_t, std::string>>;

lines lines_of(const std::string& text) {
    lines all;
    net::text_lines rest(text);
    while (const auto line = rest.next()) {
        all.emplace_back(line->number, line->text);
    }
    return all;
}

std::string in_utf16(const std::string& text, bool little, const std::string& mark) {
    std::string all = mark;
    for (const char c : text) {
        all += little ? std::string{c, '\0'} : std::string{'\0', c};
    }
    return all;
}

} // namespace

TEST(TextLines, EndAsOnAnySystem) {
    const std::vector<std::pair<std::string, lines>> table{
        {"", {}},
        {"a", {{1, "a"}}},
        {"a\n", {{1, "a"}}},
        {"a\r\n", {{1, "a"}}},
        {"a\r", {{1, "a"}}},
        {"a\nb\r\nc\rd", {{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}}},
        {"\n\r\n\r", {{1, ""}, {2, ""}, {3, ""}}},
        {" a \r\n", {{1, " a "}}},
        {"a\0b\n"s, {{1, "a\0b"s}}},
    };
    for (const auto& [text, expected] : table) {
        EXPECT_EQ(lines_of(text), expected) << text;
    }
}

TEST(TextLines, HaveNoByteOrderMark) {
    EXPECT_EQ(lines_of("\xef\xbb\xbf"), (lines{{1, ""}}));
    EXPECT_EQ(lines_of("\xef\xbb\xbf"s + "a\nb"), (lines{{1, "a"}, {2, "b"}}));
    EXPECT_EQ(lines_of("a\n\xef\xbb\xbf"s + "b"), (lines{{1, "a"}, {2, "b"}})) << "joined files";
    EXPECT_EQ(lines_of("a\xef\xbb\xbf"), (lines{{1, "a\xef\xbb\xbf"}})) << "elsewhere it is text";
}

TEST(TextLines, HaveAFirstOne) {
    EXPECT_EQ(net::first_line(""), "");
    EXPECT_EQ(net::first_line("secret \r\nmore"), "secret ");
    EXPECT_EQ(net::first_line("\xef\xbb\xbf"s + "secret"), "secret");
}

TEST(Text, InUtf16IsNone) {
    for (const auto& text :
         {in_utf16("a: b\r\n", true, ""), in_utf16("a: b\r\n", false, ""),
          in_utf16("a: b\r\n", true, "\xff\xfe"), in_utf16("a: b\r\n", false, "\xfe\xff")}) {
        EXPECT_TRUE(net::is_utf16(text));
        EXPECT_EQ(net::fault_of_text(text), net::utf16_fault);
    }
}

TEST(Text, MayBeOtherBytes) {
    for (const auto& text : {""s, "a"s, "a\0"s, "\0a"s, "plain text"s, "\xff\xfe random key"s,
                             "a\0b\0c d"s, "\xef\xbb\xbf"s + "a"}) {
        EXPECT_FALSE(net::is_utf16(text)) << text;
    }
    EXPECT_EQ(net::fault_of_text("\xef\xbb\xbf\xc3\xa4\r\n"), "");
    EXPECT_NE(net::fault_of_text("a\0b"s).find("NUL"), std::string_view::npos);
}

TEST(Text, IsStripped) {
    EXPECT_EQ(net::stripped(" \t\r\n\v\f"), "");
    EXPECT_EQ(net::stripped("\n a b\t\r\n"), "a b");
    EXPECT_EQ(net::stripped(""), "");
}

} // namespace lines_test
