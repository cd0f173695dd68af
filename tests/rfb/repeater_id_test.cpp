// What may be an ID.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/repeater_id.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace repeater_id_test {

using namespace std::string_literals;

TEST(RepeaterId, KeepsTheTextByteForByte) {
    for (const auto& text : {"1"s, "007"s, "a_B-9"s, "!~"s, "ID:x"s, std::string(1024, 'x')}) {
        const auto id = rfb::repeater_id::make(text);
        ASSERT_TRUE(id) << text;
        EXPECT_EQ(id->text(), text);
    }
}

TEST(RepeaterId, RefusesEmptyLongAndInvisible) {
    for (const auto& text : {""s, std::string(1025, 'x'), " "s, "a b"s, "a\n"s, "a\0"s, "\x1f"s,
                             "\x7f"s, "\x80"s, "\xc3\xa9"s}) {
        const auto id = rfb::repeater_id::make(text);
        ASSERT_FALSE(id) << text;
        EXPECT_EQ(id.error(), rfb::error::bad_id);
    }
}

TEST(RepeaterId, IsComparedAndHashedByText) {
    const auto id = [](std::string_view text) { return *rfb::repeater_id::make(text); };
    EXPECT_EQ(id("7"), id("7"));
    EXPECT_NE(id("7"), id("07"));
    EXPECT_NE(id("a"), id("A"));
    EXPECT_LT(id("a"), id("b"));
    const std::unordered_set<rfb::repeater_id> set{id("a"), id("b"), id("a")};
    EXPECT_EQ(set.size(), 2U);
    EXPECT_EQ(set.count(id("b")), 1U);
}

TEST(RepeaterId, PercentEncodingKeepsTextsApart) {
    EXPECT_EQ(rfb::percent_encoded("a_B-9:!~"), "a_B-9:!~");
    EXPECT_EQ(rfb::percent_encoded("a b"), "a%20b");
    EXPECT_EQ(rfb::percent_encoded("a%20b"), "a%2520b");
    EXPECT_EQ(rfb::percent_encoded("\xc3\xbc\n\x7f"), "%c3%bc%0a%7f");
}

} // namespace repeater_id_test
