// UTF-8 or not, by the table of RFC 3629 4.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

TEST(Utf8, TellsItFromOtherBytes) {
    using namespace std::string_literals;
    const std::vector<std::pair<std::string, bool>> table{
        {"", true},
        {"plain", true},
        {"\0"s, true},
        {"\x7f", true},
        {"\x80", false},
        {"\xc0\x80", false},
        {"\xc1\xbf", false},
        {"\xc2\x80", true},
        {"\xdf\xbf", true},
        {"\xc2", false},
        {"\xc2\x41", false},
        {"\xe0\x9f\xbf", false},
        {"\xe0\xa0\x80", true},
        {"\xed\x9f\xbf", true},
        {"\xed\xa0\x80", false}, // a surrogate
        {"\xee\x80\x80", true},
        {"\xef\xbf\xbf", true},
        {"\xe1\x80", false},
        {"\xe1\x80\x41", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf0\x90\x80\x80", true},
        {"\xf1\x80\x80\x80", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"\xff", false},
        {"ok \xce\xba\xe1\xbd\xb9 \xf0\x9f\x98\x80 ok", true},
        {"cut \xf0\x9f\x98", false},
    };
    for (const auto& [text, good] : table) {
        EXPECT_EQ(wsgate::is_utf8(text), good) << testing::PrintToString(text);
    }
}
