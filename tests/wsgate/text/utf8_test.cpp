// UTF-8 or not, by the table of RFC 3629 4.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/bytes.hpp"
#include "wsgate/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace utf8_test {

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

TEST(Utf8, IsReadInAnyCutUpToWhatSpoilsIt) {
    using namespace std::string_literals;

    struct row {
        std::string text;
        std::size_t good;
        bool whole;
    };

    const std::vector<row> table{
        {"a\xc3\xbc\xe6\x9d\xb1\xf0\x9f\x9b\xb0", 10, true},
        {"ab\xff", 2, true},
        {"a\xc3", 2, false},
        {"a\xc3z", 2, false},
        {"\xf0\x9f\x9b", 3, false},
        {"\xed\xa0\x80", 1, false},
    };
    for (const auto& r : table) {
        support::for_each_split(support::bytes_of(r.text), [&r](const auto& parts) {
            wsgate::utf8_reader reader;
            std::size_t good = 0;
            for (const auto part : parts) {
                const auto read = reader.read(support::text_of(part));
                good += read;
                if (read < part.size()) {
                    break;
                }
            }
            EXPECT_EQ(good, r.good) << testing::PrintToString(r.text);
            EXPECT_EQ(reader.is_whole(), r.whole) << testing::PrintToString(r.text);
        });
    }
}

} // namespace utf8_test
