// What is due in a bridge, and when: stories on a clock that is given.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/bridge_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bridge_clock_test {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using wsgate::bridge_clock;

std::string name_of(bridge_clock::due d) {
    switch (d) {
    case bridge_clock::due::nothing:
        return "nothing";
    case bridge_clock::due::ping:
        return "ping";
    case bridge_clock::due::no_pong:
        return "no pong";
    case bridge_clock::due::idle:
        return "idle";
    case bridge_clock::due::lost:
        return "lost";
    case bridge_clock::due::over:
        return "over";
    }
    return "?";
}

/// Limits of which only those are set that a story is about; times count from its beginning.
wsgate::bridge_limits none() {
    return {.ping = 0ms, .pong = 0ms, .idle = 0ms, .close = 5s, .deliver = 60s};
}

wsgate::bridge_limits pinging() {
    auto limits = none();
    limits.ping = 10s;
    limits.pong = 20s;
    return limits;
}

struct story {
    explicit story(const wsgate::bridge_limits& l) : limits(l) { websocket.sent = began; }

    static constexpr auto began = bridge_clock::time_point{} + 1h;

    [[nodiscard]] static bridge_clock::time_point at(milliseconds t) { return began + t; }

    /// What is due then.
    std::string look(milliseconds t) { return name_of(clock.look(at(t), websocket)); }

    /// -1 ms: never.
    [[nodiscard]] milliseconds next() const {
        return clock.next() == bridge_clock::never
                   ? -1ms
                   : std::chrono::duration_cast<milliseconds>(clock.next() - began);
    }

    wsgate::bridge_limits limits;
    bridge_clock clock{limits, began};
    bridge_clock::sight websocket; ///< as the next looks find it
};

} // namespace

TEST(BridgeClock, WithoutLimitsNothingIsEverDue) {
    story s(none());
    EXPECT_EQ(s.next(), -1ms);
    EXPECT_EQ(s.look(1000h), "nothing");
    EXPECT_EQ(s.next(), -1ms);
}

// ---- pings and pongs ----

TEST(BridgeClock, SilenceIsFilledWithPings) {
    auto limits = pinging();
    limits.pong = 0ms;
    story s(limits);
    EXPECT_EQ(s.next(), 10s);
    EXPECT_EQ(s.look(9'999ms), "nothing");
    EXPECT_EQ(s.look(10s), "ping");
    EXPECT_EQ(s.next(), 20s);
    EXPECT_EQ(s.look(20s), "ping");
    EXPECT_EQ(s.look(1h), "ping") << "whoever may be mute is never called so";
}

TEST(BridgeClock, APingComesSoLongAfterTheLastByteThatWasSent) {
    story s(pinging());
    s.websocket.sent = s.at(4s);
    EXPECT_EQ(s.look(10s), "nothing");
    EXPECT_EQ(s.next(), 14s);
    EXPECT_EQ(s.look(14s), "ping");
}

TEST(BridgeClock, WhoeverDoesNotTakeWhatWasSentIsNotPinged) {
    story s(pinging());
    s.websocket.flushed = false;
    EXPECT_EQ(s.look(10s), "nothing");
    EXPECT_EQ(s.next(), 20s);
    s.websocket.flushed = true;
    EXPECT_EQ(s.look(20s), "ping");
    EXPECT_EQ(s.clock.ponged(s.at(21s)), 1s);
}

TEST(BridgeClock, AMuteWebSocketIsClosedSoLongAfterTheFirstPing) {
    story s(pinging());
    EXPECT_EQ(s.look(10s), "ping");
    EXPECT_EQ(s.look(20s), "ping");
    EXPECT_EQ(s.look(29'999ms), "nothing");
    EXPECT_EQ(s.next(), 30s);
    EXPECT_EQ(s.look(30s), "no pong");
}

TEST(BridgeClock, AMuteWebSocketIsPingedThoughWeAreNotSilentWhereThatIsAskedFor) {
    auto limits = pinging();
    story only_silence(limits);
    limits.ping_mute = true;
    story s(limits);
    for (const auto t : {10s, 20s}) {
        only_silence.websocket.sent = only_silence.at(t);
        EXPECT_EQ(only_silence.look(t), "nothing");
        s.websocket.sent = s.at(t);
        EXPECT_EQ(s.look(t), "ping");
    }
    s.websocket.sent = s.at(29s);
    EXPECT_EQ(s.look(30s), "no pong");
}

TEST(BridgeClock, WhoeverIsHeardNeedsNoPingWhileWeAreNotSilent) {
    auto limits = pinging();
    limits.ping_mute = true;
    story s(limits);
    for (auto t = 10s; t < 1h; t += 10s) {
        s.clock.heard();
        s.websocket.sent = s.at(t);
        EXPECT_EQ(s.look(t), "nothing");
    }
    s.clock.begin_delivery(s.at(1h)); // now it cannot be heard
    s.websocket.sent = s.at(1h + 10s);
    EXPECT_EQ(s.look(1h + 10s), "nothing");
}

TEST(BridgeClock, AnyByteAnswersAPing) {
    story s(pinging());
    EXPECT_EQ(s.look(10s), "ping");
    s.clock.heard();
    EXPECT_EQ(s.look(20s), "ping");
    EXPECT_EQ(s.look(30s), "ping") << "the limit counts from the second one";
    EXPECT_EQ(s.look(40s), "no pong");
}

TEST(BridgeClock, ANeverMuteWebSocketStaysForEver) {
    story s(pinging());
    for (auto t = 10s; t < 1h; t += 10s) {
        EXPECT_EQ(s.look(t), "ping");
        s.clock.heard();
        EXPECT_EQ(s.clock.ponged(s.at(t + 1s)), 1s);
    }
}

TEST(BridgeClock, APingThatIsStillOnItsWayCannotBeAnswered) {
    story s(pinging());
    EXPECT_EQ(s.look(10s), "ping");
    s.websocket.untaken = 1;
    EXPECT_EQ(s.look(30s), "nothing");
    s.websocket.untaken = 0;
    EXPECT_EQ(s.look(49'999ms), "ping");
    EXPECT_EQ(s.look(50s), "no pong");
}

TEST(BridgeClock, APongIsMeasuredFromTheOldestPingWithoutOne) {
    story s(pinging());
    EXPECT_EQ(s.clock.ponged(s.at(1s)), std::nullopt) << "nobody asked";
    EXPECT_EQ(s.look(10s), "ping");
    EXPECT_EQ(s.look(20s), "ping");
    EXPECT_EQ(s.clock.ponged(s.at(23s)), 13s);
    EXPECT_EQ(s.clock.ponged(s.at(24s)), std::nullopt);
}

TEST(BridgeClock, BehindAStalledTcpConnectionNobodyIsCalledMute) {
    story s(pinging());
    EXPECT_EQ(s.look(10s), "ping");
    s.clock.begin_delivery(s.at(11s));
    EXPECT_EQ(s.look(30s), "ping");
    EXPECT_EQ(s.look(5min), "ping");
    s.clock.end_delivery();
    EXPECT_EQ(s.look(5min), "nothing");
    EXPECT_EQ(s.clock.ponged(s.at(5min)), std::nullopt) << "its pong has waited for us";
    EXPECT_EQ(s.look(5min + 10s), "ping");
    EXPECT_EQ(s.look(5min + 30s), "no pong");
}

// ---- idling ----

TEST(BridgeClock, SessionsWithoutDataEndWhereIdlingIsLimited) {
    auto limits = pinging();
    EXPECT_FALSE(story(limits).clock.limits_idling());
    limits.ping = 0ms;
    limits.idle = 60s;
    story s(limits);
    EXPECT_TRUE(s.clock.limits_idling());
    EXPECT_EQ(s.next(), 60s);
    s.clock.moved(s.at(30s));
    s.clock.heard(); // a ping of theirs moves no data
    EXPECT_EQ(s.next(), 90s);
    EXPECT_EQ(s.look(89'999ms), "nothing");
    EXPECT_EQ(s.look(90s), "idle");
}

// ---- a connection that nobody reads from ----

TEST(BridgeClock, AConnectionThatBreaksWhileNobodyReadsIsGivenTheTimeOfAnEnding) {
    story s(none());
    s.clock.begin_delivery(s.at(0s));
    EXPECT_EQ(s.next(), 1s) << "five looks in that time";
    EXPECT_EQ(s.look(1s), "nothing");
    EXPECT_EQ(s.look(2s), "nothing");
    EXPECT_EQ(s.next(), 3s);
    s.websocket.broken = true;
    for (const auto t : {3s, 4s, 5s, 6s}) {
        EXPECT_EQ(s.look(t), "nothing");
    }
    EXPECT_EQ(s.look(7s), "lost") << "it was last seen whole after 2 s";
}

TEST(BridgeClock, ABrokenConnectionIsNotGivenUpWhileTcpTakesWhatItSaid) {
    story s(none());
    s.clock.begin_delivery(s.at(0s));
    s.websocket.broken = true;
    for (auto t = 1s; t <= 30s; ++t) {
        EXPECT_EQ(s.look(t), "nothing");
        s.clock.delivered_some(s.at(t));
    }
    EXPECT_EQ(s.look(34s), "nothing");
    EXPECT_EQ(s.look(35s), "lost");
}

TEST(BridgeClock, AConnectionThatIsReadFromAgainIsWatchedNoLonger) {
    story s(none());
    s.clock.begin_delivery(s.at(0s));
    s.clock.end_delivery();
    EXPECT_EQ(s.look(500ms), "nothing");
    EXPECT_EQ(s.next(), -1ms);
}

TEST(BridgeClock, AWebSocketThatTakesNothingMoreIsWatchedUntilItIsLost) {
    story s(none());
    s.websocket.broken = true;
    s.clock.watch(s.at(10s));
    s.clock.watch(s.at(14s)); // is being watched
    EXPECT_EQ(s.look(14s), "nothing");
    EXPECT_EQ(s.look(15s), "lost");
}

// ---- endings ----

TEST(BridgeClock, AnEndingWithoutProgressIsOverAfterTheTimeToClose) {
    auto limits = pinging();
    limits.idle = 12s;
    story s(limits);
    s.clock.end(s.at(11s), 0, false);
    EXPECT_EQ(s.next(), 16s) << "no pings, no limit on idling any more";
    EXPECT_EQ(s.look(15'999ms), "nothing");
    EXPECT_EQ(s.look(16s), "over");
}

TEST(BridgeClock, AnEndingIsProlongedByEitherEndThatTakesSomething) {
    story s(none());
    s.clock.end(s.at(0s), 0, false);
    s.clock.delivered_some(s.at(3s));
    EXPECT_EQ(s.look(5s), "nothing");
    EXPECT_EQ(s.next(), 8s);
    s.websocket.sent = s.at(7s);
    EXPECT_EQ(s.look(8s), "nothing");
    EXPECT_EQ(s.next(), 12s);
    EXPECT_EQ(s.look(12s), "over");
}

TEST(BridgeClock, ASlowPeerGetsWhatIsOnItsWayUpToALimit) {
    story s(none());
    s.clock.end(s.at(0s), 1'000'000, false);
    auto t = 5s;
    for (; t < 60s; t += 5s) { // sees a little less each time
        s.websocket.untaken = 1'000'000 - static_cast<std::size_t>(t.count());
        EXPECT_EQ(s.look(t), "nothing");
        EXPECT_EQ(s.next(), t + 5s);
    }
    s.websocket.untaken = 1;
    EXPECT_EQ(s.look(t), "over") << "60 s have passed";
}

TEST(BridgeClock, APeerThatTakesNothingGetsNoMoreTime) {
    story s(none());
    s.clock.end(s.at(0s), 1000, false);
    s.websocket.untaken = 999;
    EXPECT_EQ(s.look(5s), "nothing");
    EXPECT_EQ(s.look(10s), "over");
}

TEST(BridgeClock, WhatCameBeforeAGoodbyeMayTakeTcpLonger) {
    story s(none());
    s.clock.begin_delivery(s.at(0s));
    s.clock.end(s.at(1s), 0, true);
    EXPECT_EQ(s.next(), 61s);
    s.clock.delivered_some(s.at(50s));
    EXPECT_EQ(s.look(61s), "nothing");
    EXPECT_EQ(s.next(), 110s);
    s.clock.end_delivery();
    EXPECT_EQ(s.next(), 55s) << "all is delivered: now it is only to close";
    EXPECT_EQ(s.look(55s), "over");
}

TEST(BridgeClock, WhatIsStillToBeDeliveredHasNoSuchTimeWhereTcpBrokeOff) {
    story s(none());
    s.clock.begin_delivery(s.at(0s));
    s.clock.end(s.at(1s), 0, false);
    EXPECT_EQ(s.next(), 6s);
    EXPECT_EQ(s.look(6s), "over");
}

} // namespace bridge_clock_test
