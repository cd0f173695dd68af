// Limits of a session in time, looked at when the clock asks for it.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/session_clock.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace session_clock_test {

using namespace std::chrono_literals;
using namespace repeater;
using verdict = session_clock::verdict;
using flows = session_clock::flows;
using time_point = session_clock::time_point;

namespace {

const time_point start{1000s};

struct outcome {
    verdict why = verdict::goes_on;
    std::chrono::milliseconds after{0};
    std::size_t looks = 0;
};

/// Looks at what `moves` says is there so long after the start, until the clock ends the session or
/// asks for no further look; an hour at most.
outcome watch(session_clock& clock, const std::function<flows(net::clock::duration)>& moves,
              time_point from = start) {
    outcome o;
    for (auto now = clock.next(from); now < start + 1h; now = clock.next(now)) {
        ++o.looks;
        o.why = clock.look(moves(now - start), now);
        if (o.why != verdict::goes_on) {
            o.after = std::chrono::duration_cast<std::chrono::milliseconds>(now - start);
            return o;
        }
    }
    return o;
}

flows still(net::clock::duration) {
    return {};
}

std::uint64_t seconds_of(net::clock::duration d) {
    return static_cast<std::uint64_t>(d / 1s);
}

} // namespace

TEST(SessionClock, SilenceWithoutALimitIsLookedAtOnceAndNotAgain) {
    session_clock clock({}, start);
    const auto o = watch(clock, still);
    EXPECT_EQ(o.why, verdict::goes_on);
    EXPECT_EQ(o.looks, 1U);
    EXPECT_FALSE(clock.is_awake());
    clock.wake();
    EXPECT_LT(clock.next(start + 1h), start + 1h + 5s);
}

TEST(SessionClock, AReceiverThatTakesNothingHasStalled) {
    for (const std::size_t direction : {0U, 1U}) {
        session_clock clock({}, start);
        const auto o = watch(clock, [direction](auto) {
            flows f;
            f[direction] = {1000, 999};
            return f;
        });
        EXPECT_EQ(o.why, verdict::stalled);
        EXPECT_EQ(clock.stalled(), direction);
        EXPECT_GE(o.after, 55s);
        EXPECT_LE(o.after, 65s);
    }
}

TEST(SessionClock, AReceiverIsHeldUpFromTheSecondLookAtTheSameBytes) {
    session_clock clock({}, start);
    const auto look = [&clock](std::chrono::seconds after, flow f) {
        EXPECT_EQ(clock.look({flow{}, f}, start + after), verdict::goes_on);
        EXPECT_FALSE(clock.is_held_up(0));
        return clock.is_held_up(1);
    };
    EXPECT_FALSE(look(3s, {1000, 500}));
    EXPECT_TRUE(look(6s, {1000, 500}));
    EXPECT_FALSE(look(9s, {1000, 501}));
    EXPECT_TRUE(look(12s, {1000, 501}));
    EXPECT_FALSE(look(15s, {1000, 1000}));
}

TEST(SessionClock, OneByteTakenIsEnoughToGoOn) {
    session_clock clock({.write_stall = 10s}, start);
    const auto o = watch(clock, [](auto t) {
        return flows{flow{1'000'000, seconds_of(t) / 9}, {}};
    });
    EXPECT_EQ(o.why, verdict::goes_on);
    EXPECT_GT(o.looks, 1000U);
}

TEST(SessionClock, ASenderThatGoesOnDoesNotHideAStall) {
    session_clock clock({.write_stall = 10s}, start);
    const auto o = watch(clock, [](auto t) {
        return flows{flow{1'000 + seconds_of(t), 100}, flow{seconds_of(t), seconds_of(t)}};
    });
    EXPECT_EQ(o.why, verdict::stalled);
    EXPECT_EQ(clock.stalled(), 0U);
    EXPECT_NEAR(static_cast<double>(o.after.count()), 10'000, 1'000);
}

TEST(SessionClock, TheStallBeginsWithTheLastByteThatWasTaken) {
    session_clock clock({.write_stall = 10s}, start);
    const auto o = watch(clock, [](auto t) {
        return flows{flow{1'000, std::min<std::uint64_t>(seconds_of(t), 100)}, {}};
    });
    EXPECT_EQ(o.why, verdict::stalled);
    EXPECT_NEAR(static_cast<double>(o.after.count()), 110'000, 1'000);
}

TEST(SessionClock, WithoutALimitOnStallsNothingIsLookedAt) {
    session_clock clock({.write_stall = 0s}, start);
    EXPECT_EQ(clock.next(start), session_clock::never);
}

TEST(SessionClock, ASilentSessionEndsAfterItsLimit) {
    session_clock clock({.idle = 100s}, start);
    const auto o = watch(clock, [](auto t) {
        const auto bytes = std::min<std::uint64_t>(seconds_of(t), 50);
        return flows{flow{}, flow{bytes, bytes}};
    });
    EXPECT_EQ(o.why, verdict::silent);
    EXPECT_GE(o.after, 150s);
    EXPECT_LE(o.after, 156s);
}

TEST(SessionClock, ALongSessionEndsWhateverItDoes) {
    session_clock clock({.longest = 100s}, start);
    const auto o = watch(clock, [](auto t) {
        const auto bytes = seconds_of(t);
        return flows{flow{bytes, bytes}, flow{}};
    });
    EXPECT_EQ(o.why, verdict::expired);
    EXPECT_EQ(o.after, 100s);
}

TEST(SessionClock, AfterOneEndSilenceIsShort) {
    session_clock clock({}, start);
    clock.one_has_ended(start + 20s);
    const auto o = watch(clock, still, start + 20s);
    EXPECT_EQ(o.why, verdict::lingered);
    EXPECT_GE(o.after, 30s);
    EXPECT_LE(o.after, 31s);
}

TEST(SessionClock, AfterOneEndWhatMovesMayGoOn) {
    session_clock clock({}, start);
    clock.one_has_ended(start);
    const auto o = watch(clock, [](auto t) { // the kernel still delivers what we have given it
        return flows{flow{1000, std::min<std::uint64_t>(seconds_of(t) / 5, 20)}, {}};
    });
    EXPECT_EQ(o.why, verdict::lingered);
    EXPECT_GE(o.after, 110s);
    EXPECT_LE(o.after, 112s);
}

TEST(SessionClock, GoesOnWhereAnotherProcessWas) {
    session_limits l;
    l.longest = 10s;
    l.linger = 4s;
    session_clock lasts(l, start - 9s, start - 1s, false, start);
    EXPECT_EQ(watch(lasts, still).why, verdict::expired);
    EXPECT_EQ(lasts.began(), start - 9s);
    session_clock lingers(l, start - 1s, start - 3s, true, start);
    const auto end = watch(lingers, still);
    EXPECT_EQ(end.why, verdict::lingered);
    EXPECT_LT(end.after, 2s) << "most of that time has passed there";
}

} // namespace session_clock_test
