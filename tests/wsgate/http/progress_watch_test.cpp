// Slow is good enough, nothing at all is not.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/progress_watch.hpp"

#include <gtest/gtest.h>

namespace progress_watch_test {

namespace {

using namespace std::chrono_literals;
using wsgate::progress_watch;

const progress_watch::time_point start{};

} // namespace

TEST(ProgressWatch, WaitsForWhoTakesAByteNowAndThen) {
    progress_watch watch(60s, 1000, start);
    auto now = start;
    for (std::size_t left = 999; left > 0; --left) {
        now += 59s;
        EXPECT_TRUE(watch.look(left, now)) << left;
    }
}

TEST(ProgressWatch, GivesUpWhoTakesNothing) {
    progress_watch watch(60s, 1000, start);
    EXPECT_TRUE(watch.look(1000, start + 59s));
    EXPECT_FALSE(watch.look(1000, start + 60s));
}

TEST(ProgressWatch, CountsFromTheLastByteTaken) {
    progress_watch watch(60s, 1000, start);
    EXPECT_TRUE(watch.look(900, start + 50s));
    EXPECT_TRUE(watch.look(900, start + 109s));
    EXPECT_FALSE(watch.look(900, start + 110s));
}

TEST(ProgressWatch, DoesNotTakeMoreForProgress) {
    progress_watch watch(60s, 1000, start);
    EXPECT_TRUE(watch.look(2000, start + 30s));
    EXPECT_FALSE(watch.look(2000, start + 60s));
    progress_watch other(60s, 1000, start);
    EXPECT_TRUE(other.look(2000, start + 30s));
    EXPECT_TRUE(other.look(1999, start + 60s)) << "of what came later";
}

TEST(ProgressWatch, LooksSeveralTimesInALimit) {
    EXPECT_LE(4 * progress_watch(60s, 0, start).pause(), 61s);
    EXPECT_GT(progress_watch(1ms, 0, start).pause(), 0ms);
}

} // namespace progress_watch_test
