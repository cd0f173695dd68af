// Who is told when connections go.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/attendance.hpp"

#include <gtest/gtest.h>

namespace attendance_test {

TEST(Attendance, TellsOnceThatMostOfACrowdHasGone) {
    int told = 0;
    wsgate::attendance here({.crowd_gone = [&told] { ++told; }});
    const auto come = [&here](int n) {
        for (int i = 0; i < n; ++i) {
            (void)here.arrived();
        }
    };
    const auto go = [&here](int n) {
        for (int i = 0; i < n; ++i) {
            here.left(false);
        }
    };
    come(499);
    go(499);
    EXPECT_EQ(told, 0) << "no crowd";
    come(1000);
    go(749);
    EXPECT_EQ(told, 0);
    go(1);
    EXPECT_EQ(told, 1);
    go(250);
    EXPECT_EQ(told, 1);
    come(500);
    go(500);
    EXPECT_EQ(told, 2) << "another one";
    EXPECT_EQ(here.present(), 0U);
}

} // namespace attendance_test
