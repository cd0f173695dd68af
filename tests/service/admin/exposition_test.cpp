// The format in which numbers are written.
// SPDX-License-Identifier: EUPL-1.2
#include "service/admin/exposition.hpp"

#include <gtest/gtest.h>

namespace exposition_test {

TEST(Exposition, WritesFamiliesAndEscapes) {
    service::exposition out;
    out.family("a_total", "counter", "What it is.");
    out.sample({}, std::uint64_t{7});
    out.sample({{"x", "a\"b\\c\nd"}, {"y", ""}}, 0.25);
    out.sample({}, std::int64_t{-1});
    out.sample({{"le", "+Inf"}}, std::uint64_t{18446744073709551615U}, "_bucket");
    EXPECT_EQ(out.text(), "# HELP a_total What it is.\n# TYPE a_total counter\n"
                          "a_total 7\n"
                          "a_total{x=\"a\\\"b\\\\c\\nd\",y=\"\"} 0.25\n"
                          "a_total -1\n"
                          "a_total_bucket{le=\"+Inf\"} 18446744073709551615\n");
}

} // namespace exposition_test
