// Stories of the rendezvous, without sockets, under each policy.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/rules/rendezvous.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace rendezvous_test {

namespace {

using repeater::duplicate_policy;
using repeater::session_number;
using enum rfb::side;
using rendezvous = repeater::rendezvous;
using waits = rendezvous::waits;
using pairs = rendezvous::pairs;
using replaces = rendezvous::replaces;
using refused = rendezvous::refused;

rfb::repeater_id id(const char* text) {
    return rfb::repeater_id::make(text).value();
}

session_number no(std::uint64_t n) {
    return session_number{n};
}

/// The outcome of an arrival as one comparable value.
using outcome = rendezvous::outcome;

struct Rendezvous : testing::TestWithParam<duplicate_policy> {
    rendezvous meetings{GetParam()};
};

struct Replace : testing::Test {
    rendezvous meetings{duplicate_policy::replace};
};

struct Refuse : testing::Test {
    rendezvous meetings{duplicate_policy::refuse};
};

struct Queue : testing::Test {
    rendezvous meetings{duplicate_policy::queue};
};

} // namespace

TEST_P(Rendezvous, ViewerMeetsTheServerThatWaits) {
    EXPECT_EQ(meetings.arrive(id("1"), server, no(1)), outcome{waits{}});
    EXPECT_EQ(meetings.foresee(id("1"), viewer), outcome{pairs{no(1)}});
    EXPECT_EQ(meetings.size(), 1U) << "to look changes nothing";
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(2)), outcome{pairs{no(1)}});
    EXPECT_EQ(meetings.size(), 0U);
}

TEST_P(Rendezvous, ServerMeetsTheViewerThatWaits) {
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(1)), outcome{waits{}});
    EXPECT_EQ(meetings.arrive(id("1"), server, no(2)), outcome{pairs{no(1)}});
}

TEST_P(Rendezvous, DifferentIdsNeverMeet) {
    EXPECT_EQ(meetings.arrive(id("1"), server, no(1)), outcome{waits{}});
    EXPECT_EQ(meetings.arrive(id("01"), viewer, no(2)), outcome{waits{}});
    EXPECT_EQ(meetings.arrive(id("A"), server, no(3)), outcome{waits{}});
    EXPECT_EQ(meetings.arrive(id("a"), viewer, no(4)), outcome{waits{}});
    EXPECT_EQ(meetings.size(), 4U);
}

TEST_P(Rendezvous, AfterAPairTheIdIsFree) {
    (void)meetings.arrive(id("1"), server, no(1));
    (void)meetings.arrive(id("1"), viewer, no(2));
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(3)), outcome{waits{}})
        << "a second viewer waits for the next server";
    EXPECT_EQ(meetings.arrive(id("1"), server, no(4)), outcome{pairs{no(3)}});
}

TEST_P(Rendezvous, WhoLeftIsNotMet) {
    (void)meetings.arrive(id("1"), server, no(1));
    meetings.leave(id("1"), no(1));
    EXPECT_EQ(meetings.size(), 0U);
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(2)), outcome{waits{}});
}

TEST_P(Rendezvous, LeavingTwiceOrNeverHavingBeenThereChangesNothing) {
    (void)meetings.arrive(id("1"), server, no(1));
    meetings.leave(id("1"), no(7));
    meetings.leave(id("2"), no(1));
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(2)), outcome{pairs{no(1)}});
    meetings.leave(id("1"), no(1));
    EXPECT_EQ(meetings.size(), 0U);
}

TEST_P(Rendezvous, TheOtherSideThatWaitsIsInTheWay) {
    EXPECT_EQ(meetings.in_the_way(id("1"), viewer), std::nullopt);
    (void)meetings.arrive(id("1"), server, no(1));
    EXPECT_EQ(meetings.in_the_way(id("1"), viewer), no(1));
}

INSTANTIATE_TEST_SUITE_P(EveryPolicy, Rendezvous,
                         testing::Values(duplicate_policy::replace, duplicate_policy::refuse,
                                         duplicate_policy::queue));

TEST_F(Replace, TheNewerServerTakesThePlace) {
    (void)meetings.arrive(id("1"), server, no(1));
    EXPECT_EQ(meetings.arrive(id("1"), server, no(2)), outcome{replaces{no(1)}});
    EXPECT_EQ(meetings.in_the_way(id("1"), server), std::nullopt);
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(3)), outcome{pairs{no(2)}});
}

TEST_F(Replace, TheOlderOneLeavingLaterDoesNotTakeTheNewerAlong) {
    (void)meetings.arrive(id("1"), viewer, no(1));
    (void)meetings.arrive(id("1"), viewer, no(2));
    meetings.leave(id("1"), no(1));
    EXPECT_EQ(meetings.arrive(id("1"), server, no(3)), outcome{pairs{no(2)}});
}

TEST_F(Refuse, TheFirstStaysAndTheSecondIsRefused) {
    (void)meetings.arrive(id("1"), server, no(1));
    EXPECT_EQ(meetings.in_the_way(id("1"), server), no(1)) << "look whether it is alive first";
    EXPECT_EQ(meetings.arrive(id("1"), server, no(2)), outcome{refused{}});
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(3)), outcome{pairs{no(1)}});
}

TEST_F(Refuse, OnceTheFirstIsFoundDeadTheSecondWaits) {
    (void)meetings.arrive(id("1"), server, no(1));
    meetings.leave(id("1"), no(1));
    EXPECT_EQ(meetings.arrive(id("1"), server, no(2)), outcome{waits{}});
}

TEST_F(Queue, ServersAreHandedOutFirstInFirstOut) {
    for (std::uint64_t n = 1; n <= 3; ++n) {
        EXPECT_EQ(meetings.arrive(id("1"), server, no(n)), outcome{waits{}});
    }
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(11)), outcome{pairs{no(1)}});
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(12)), outcome{pairs{no(2)}});
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(13)), outcome{pairs{no(3)}});
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(14)), outcome{waits{}});
}

TEST_F(Queue, OneWhoLeavesFromTheMiddleIsSkipped) {
    for (std::uint64_t n = 1; n <= 3; ++n) {
        (void)meetings.arrive(id("1"), server, no(n));
    }
    meetings.leave(id("1"), no(2));
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(11)), outcome{pairs{no(1)}});
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(12)), outcome{pairs{no(3)}});
}

TEST_P(Rendezvous, WhoWaitedBeforeWaitsAgainWhateverThePolicy) {
    EXPECT_TRUE(meetings.restore(id("1"), server, no(1)));
    EXPECT_TRUE(meetings.restore(id("1"), server, no(2)));
    EXPECT_FALSE(meetings.restore(id("1"), viewer, no(3))) << "they would have met";
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(4)), outcome{pairs{no(1)}});
    EXPECT_EQ(meetings.arrive(id("1"), viewer, no(5)), outcome{pairs{no(2)}});
    EXPECT_EQ(meetings.size(), 0U);
}

} // namespace rendezvous_test
