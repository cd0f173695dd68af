// Who may take the place of others, and for how long nobody may.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/id_conflicts.hpp"

#include <gtest/gtest.h>

namespace id_conflicts_test {

namespace {

using namespace std::chrono_literals;
using repeater::id_conflicts;
using enum id_conflicts::verdict;

const auto start = net::clock::time_point{} + 24h;
constexpr std::size_t an_id = 7;
constexpr net::source_key machine{1};
constexpr net::source_key stranger{2};
constexpr net::source_key another{3};

} // namespace

TEST(IdConflicts, ThreePlacesAreTakenInAMinuteAndNoFourth) {
    id_conflicts c({});
    for (const auto after : {0s, 5s, 10s}) {
        EXPECT_EQ(c.judge(an_id, stranger, another, start + after), replaces);
    }
    EXPECT_EQ(c.judge(an_id, stranger, machine, start + 15s), begins);
    EXPECT_EQ(c.judge(an_id, stranger, machine, start + 16s), goes_on);
    EXPECT_EQ(c.judge(an_id + 1, stranger, machine, start + 16s), replaces) << "another ID";
    EXPECT_EQ(c.judge(an_id, stranger, machine, start + 15s + 299s), goes_on);
    EXPECT_EQ(c.judge(an_id, stranger, machine, start + 15s + 300s), replaces)
        << "and all begins anew";
    EXPECT_EQ(c.judge(an_id, stranger, machine, start + 15s + 300s), replaces);
}

TEST(IdConflicts, WhoWaitedBeforeTheFightMayAlwaysComeBack) {
    id_conflicts c({});
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(c.judge(an_id, stranger, machine, start), replaces);
        EXPECT_EQ(c.judge(an_id, machine, stranger, start), replaces);
    }
    EXPECT_EQ(c.judge(an_id, another, machine, start), begins);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(c.judge(an_id, machine, stranger, start + 1s), replaces);
        EXPECT_EQ(c.judge(an_id, stranger, machine, start + 1s), goes_on);
    }
}

TEST(IdConflicts, AMachineWhoseAddressChangesNowAndThenIsNotKeptOut) {
    id_conflicts c({});
    std::uint64_t address = 100;
    for (auto now = start; now < start + 24h; now += 20s) {
        const net::source_key before{address++};
        ASSERT_EQ(c.judge(an_id, net::source_key{address}, before, now), replaces);
    }
}

TEST(IdConflicts, AMachineMayDialAgainAsOftenAsItLikes) {
    id_conflicts c({});
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(c.judge(an_id, machine, machine, start), replaces);
    }
}

TEST(IdConflicts, WithoutARateThereAreNone) {
    id_conflicts c({{}, 300s});
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(c.judge(an_id, stranger, another, start), replaces);
    }
    c.set({});
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(c.judge(an_id, stranger, another, start), replaces);
    }
    EXPECT_EQ(c.judge(an_id, stranger, another, start), begins) << "a reload holds from now on";
}

TEST(IdConflicts, ATableThatIsFilledForgetsTheOldest) {
    id_conflicts c({});
    for (int i = 0; i < 4; ++i) {
        (void)c.judge(an_id, stranger, another, start);
    }
    EXPECT_EQ(c.judge(an_id, stranger, another, start), goes_on);
    for (std::size_t other = 100; other < 100 + 65'536; ++other) {
        (void)c.judge(other, stranger, another, start);
    }
    EXPECT_EQ(c.judge(an_id, stranger, another, start), replaces);
}

} // namespace id_conflicts_test
