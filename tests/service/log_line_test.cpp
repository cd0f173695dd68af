// Lines of events, made at once and field after field.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log_line.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace log_line_test {

namespace {

using service::event_line;
using service::log_format;

std::string field_after_field(log_format f) {
    event_line line(f, "end");
    line.word("name", "plain")
        .word("none", "")
        .word("why", "two words")
        .word("escaped", R"(\x0a)")
        .number("bytes", std::uint64_t{18446744073709551615U})
        .seconds("seconds", std::chrono::milliseconds(61'007));
    return std::string{line.text()};
}

} // namespace

TEST(EventLine, IsTheLineThatIsMadeAtOnce) {
    const boost::json::object fields{{"name", "plain"},
                                     {"none", ""},
                                     {"why", "two words"},
                                     {"escaped", R"(\x0a)"},
                                     {"bytes", std::uint64_t{18446744073709551615U}},
                                     {"seconds", 61.007}};
    for (const auto f : {log_format::text, log_format::json}) {
        EXPECT_EQ(field_after_field(f), service::log_line(f, "end", fields));
    }
}

TEST(EventLine, TakesWordsOfAnyLength) {
    const std::string longest(5000, 'x');
    event_line line(log_format::text, "end");
    line.word("a", longest).word("b", longest).seconds("c", std::chrono::milliseconds(20));
    EXPECT_EQ(line.text(), "end a=" + longest + " b=" + longest + " c=0.020");
}

TEST(EventLine, QuotesWhatIsNoWord) {
    EXPECT_EQ(field_after_field(log_format::text),
              R"(end name=plain none="" why="two words" escaped=\x0a bytes=18446744073709551615)"
              " seconds=61.007");
}

} // namespace log_line_test
