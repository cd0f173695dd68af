// What a log line may hold of a peer's bytes.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/escape.hpp"

#include <gtest/gtest.h>

namespace escape_test {

using net::escaped;

TEST(Escape, PlainTextStaysAsItIs) {
    EXPECT_EQ(escaped("ID:1234 a-b/c"), "ID:1234 a-b/c");
}

TEST(Escape, EveryOtherByteIsHexadecimal) {
    EXPECT_EQ(escaped("a\r\nb"), "a\\x0d\\x0ab");
    EXPECT_EQ(escaped("\x1b[31m"), "\\x1b[31m");
    EXPECT_EQ(escaped(std::string_view("\0\x7f\xe9", 3)), "\\x00\\x7f\\xe9");
    EXPECT_EQ(escaped("\\\""), "\\x5c\\x22");
}

TEST(Escape, LongTextIsCut) {
    EXPECT_EQ(escaped("12345", 5), "12345");
    EXPECT_EQ(escaped("123456", 5), "12345...");
    EXPECT_EQ(escaped("", 5), "");
}

} // namespace escape_test
