// Which texts fit which patterns.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/policy/text_pattern.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace text_pattern_test {

namespace {

struct row {
    std::string_view pattern;
    std::string_view text;
    bool fits;
};

} // namespace

TEST(TextPattern, FitsTheWholeText) {
    constexpr std::array rows{row{"lab-*", "lab-1", true},
                              row{"lab-*", "lab-", true},
                              row{"lab-*", "lab", false},
                              row{"lab-*", "xlab-1", false},
                              row{"*", "", true},
                              row{"*", "anything", true},
                              row{"", "", true},
                              row{"", "a", false},
                              row{"a?c", "abc", true},
                              row{"a?c", "ac", false},
                              row{"*-b", "a-b-b", true},
                              row{"*-b", "a-b-c", false},
                              row{"a*b*c", "a12b34c", true},
                              row{"a*b*c", "a12c34b", false},
                              row{"LAB-*", "lab-1", true},
                              row{"lab-?", "LAB-1", true},
                              row{"**", "x", true},
                              row{"a**", "a", true},
                              row{"host:59*", "host:5900", true}};
    for (const auto& each : rows) {
        EXPECT_EQ(repeater::fits(each.pattern, each.text), each.fits)
            << each.pattern << ' ' << each.text;
    }
}

TEST(TextPattern, TakesNoLongTimeForHostileTexts) {
    const std::string text(100'000, 'a');
    EXPECT_FALSE(repeater::fits("*a*a*a*a*a*a*a*b", text));
}

} // namespace text_pattern_test
