// Lists as fields and options have them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/text/comma_list.hpp"

#include <gtest/gtest.h>

namespace comma_list_test {

using list = std::vector<std::string_view>;

TEST(CommaList, IsWhatStandsBetweenCommas) {
    EXPECT_EQ(wsgate::elements("a"), (list{"a"}));
    EXPECT_EQ(wsgate::elements(" a b ,\tc\t"), (list{"a b", "c"}));
    EXPECT_EQ(wsgate::elements(",a,"), (list{"", "a", ""}));
    EXPECT_EQ(wsgate::elements(""), (list{""}));
}

TEST(CommaList, HoldsAWholeElement) {
    EXPECT_TRUE(wsgate::holds_element("keep-alive, UpGrade", "upgrade"));
    EXPECT_FALSE(wsgate::holds_element("h2c/1, upgrade-insecure", "upgrade"));
    EXPECT_FALSE(wsgate::holds_element("", "upgrade"));
}

} // namespace comma_list_test
