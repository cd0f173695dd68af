// How much a rate lets through, at once and over time, and how long bans last.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/allowance.hpp"
#include "net/limits/ban.hpp"

#include <gtest/gtest.h>

namespace allowance_test {

namespace {

using namespace std::chrono_literals;
using net::allowance;
using net::clock;

const clock::time_point start = clock::time_point{} + std::chrono::hours(24);

/// How many of those that come this often are let through in this time.
int admitted(const net::rate& r, clock::duration every, clock::duration in) {
    allowance a;
    int n = 0;
    for (auto now = start; now < start + in; now += every) {
        n += a.take(r, now) ? 1 : 0;
    }
    return n;
}

} // namespace

TEST(Allowance, LetsABurstThroughAtOnce) {
    allowance a;
    const net::rate r{20, 1s, 100};
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(a.is_left(r, start));
        EXPECT_TRUE(a.take(r, start)) << i;
    }
    EXPECT_FALSE(a.is_left(r, start));
    EXPECT_FALSE(a.take(r, start));
    EXPECT_FALSE(a.take(r, start + 49ms));
    EXPECT_TRUE(a.take(r, start + 50ms)) << "one more, a twentieth of a second later";
    EXPECT_FALSE(a.take(r, start + 50ms));
}

TEST(Allowance, HoldsItsRateOverTime) {
    EXPECT_EQ(admitted({20, 1s, 1}, 1ms, 10s), 200);
    EXPECT_EQ(admitted({20, 1s, 100}, 1ms, 10s), 100 + 199);
    EXPECT_EQ(admitted({10, 1min, 20}, 10ms, 60s), 20 + 9);
    EXPECT_EQ(admitted({20, 1s, 1}, 50ms, 10s), 200) << "whoever keeps to it loses nothing";
}

TEST(Allowance, KeepsNoMoreThanABurstForLater) {
    allowance a;
    const net::rate r{20, 1s, 2};
    EXPECT_TRUE(a.take(r, start));
    const auto later = start + std::chrono::hours(24 * 365);
    EXPECT_TRUE(a.take(r, later));
    EXPECT_TRUE(a.take(r, later));
    EXPECT_FALSE(a.take(r, later));
}

TEST(Allowance, ObeysARateThatChanges) {
    allowance a;
    EXPECT_TRUE(a.take({1, 1h, 1}, start));
    EXPECT_FALSE(a.take({1, 1h, 1}, start + 1min));
    EXPECT_TRUE(a.take({1, 1h, 100}, start + 1min));
    EXPECT_TRUE(a.take({}, start + 1min)) << "no limit";
}

TEST(Ban, DoublesUpToItsLongest) {
    net::ban b;
    const net::ban_options o{60s, 3600s};
    EXPECT_EQ(b.left(start), 0s);
    auto now = start;
    for (const auto length : {60s, 120s, 240s, 480s, 960s, 1920s, 3600s, 3600s}) {
        EXPECT_EQ(b.begin(o, now), length);
        EXPECT_EQ(b.left(now), length);
        EXPECT_EQ(b.left(now + length - 1ms), 1ms);
        now += length;
        EXPECT_EQ(b.left(now), 0s);
    }
}

TEST(Ban, BeginsAnewAfterALongGoodTime) {
    net::ban b;
    const net::ban_options o{60s, 3600s};
    EXPECT_EQ(b.begin(o, start), 60s);
    EXPECT_EQ(b.begin(o, start + 60s + 3599s), 120s);
    EXPECT_EQ(b.begin(o, start + 60s + 3599s + 120s + 3600s), 60s);
}

} // namespace allowance_test
