// What one source may have, what all may have together, and that nothing is counted twice.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/source_limits.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace source_limits_test {

namespace {

using namespace repeater;
using namespace std::chrono_literals;
using place = source_limits::place;
using address = source_limits::address;
using enum peer_stage;

const auto start = net::clock::time_point{} + 24h;
const auto a = boost::asio::ip::make_address("192.0.2.1");
const auto b = boost::asio::ip::make_address("2001:db8::1");
const auto loopback = boost::asio::ip::make_address("127.0.0.1");

/// The limit that keeps it out, or a place among the others.
std::optional<limit> come(source_limits& l, const address& from, std::vector<place>& here,
                          net::clock::time_point now = start) {
    auto entered = l.enter(from, now);
    if (const auto* const why = std::get_if<limit>(&entered)) {
        return *why;
    }
    here.push_back(std::move(std::get<place>(entered)));
    return std::nullopt;
}

/// How many come in before the limit.
int admitted(source_limits& l, const address& from, std::vector<place>& here, limit expected) {
    int n = 0;
    for (;; ++n) {
        if (const auto why = come(l, from, here)) {
            EXPECT_EQ(*why, expected);
            return n;
        }
        if (n > 1000) {
            return n;
        }
    }
}

/// The limit that keeps the peer from this stage, or it goes on to it.
std::optional<limit> advance(source_limits& l, place& who, peer_stage to) {
    const auto why = l.forbids(who, to);
    if (!why) {
        l.move_to(who, to);
    }
    return why;
}

limit_options without_rates() {
    limit_options o;
    o.connecting = {};
    o.dialling = {};
    return o;
}

} // namespace

TEST(SourceLimits, ASourceConnectsAsOftenAsItsRateSays) {
    auto o = without_rates();
    o.connecting = {20, 1s, 100};
    source_limits l(o);
    std::vector<place> here;
    int mine = 0;
    for (auto now = start; now < start + 10s; now += 1ms) {
        mine += come(l, a, here, now) ? 0 : 1;
        here.clear();
    }
    EXPECT_EQ(mine, 100 + 199);
    EXPECT_FALSE(come(l, b, here, start + 10s)) << "another source has its own";
}

TEST(SourceLimits, ASourceHasSoManyHandshakes) {
    source_limits l(without_rates());
    std::vector<place> here;
    EXPECT_EQ(admitted(l, a, here, limit::source_handshakes), 32);
    EXPECT_EQ(admitted(l, b, here, limit::source_handshakes), 32);
    here.pop_back();
    EXPECT_FALSE(come(l, b, here)) << "one has gone";
    EXPECT_TRUE(come(l, b, here));
}

TEST(SourceLimits, LoopbackHasOnlyTheLimitsForAll) {
    auto o = without_rates();
    o.connections = 500;
    source_limits l(o);
    std::vector<place> here;
    EXPECT_EQ(admitted(l, loopback, here, limit::connections), 500);
    EXPECT_EQ(come(l, a, here), limit::connections);
    o.exempt.clear();
    o.connections = 0;
    l.set(o);
    here.clear();
    EXPECT_EQ(admitted(l, loopback, here, limit::source_handshakes), 32);
}

TEST(SourceLimits, AProxysClientHasThoseOfItsOwnSource) {
    source_limits l(without_rates());
    std::vector<place> here;
    EXPECT_EQ(admitted(l, a, here, limit::source_handshakes), 32);
    auto entered = l.enter(std::nullopt, start);
    auto& proxied = std::get<place>(entered);
    EXPECT_EQ(l.identify(proxied, a, start), limit::source_handshakes);
    EXPECT_FALSE(l.identify(proxied, b, start));
    EXPECT_EQ(l.size(handshake), 33U);
}

TEST(SourceLimits, EachStageHasItsOwn) {
    auto o = without_rates();
    o.waiting_viewers = {3, 2};
    o.sessions = {2, 3};
    source_limits l(o);
    std::vector<place> here;
    for (int i = 0; i < 4; ++i) {
        ASSERT_FALSE(come(l, i < 3 ? a : b, here));
    }
    EXPECT_FALSE(advance(l, here[0], waiting_viewer));
    EXPECT_FALSE(advance(l, here[1], waiting_viewer));
    EXPECT_EQ(advance(l, here[2], waiting_viewer), limit::source_waiting);
    EXPECT_FALSE(advance(l, here[3], waiting_viewer));
    ASSERT_FALSE(come(l, b, here));
    EXPECT_EQ(advance(l, here[4], waiting_viewer), limit::waiting) << "three in all";
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_FALSE(advance(l, here[i], session));
    }
    EXPECT_EQ(l.size(waiting_viewer), 1U);
    EXPECT_FALSE(l.forbids(here[3], session)) << "two sessions are four peers";
    l.move_to(here[3], session);
    EXPECT_EQ(l.forbids(here[4], session), limit::sessions);
    here.clear();
    for (const auto stage : {handshake, waiting_viewer, waiting_server, dialling, session}) {
        EXPECT_EQ(l.size(stage), 0U);
    }
}

TEST(SourceLimits, WhoTakesAPlaceNeedsNoneMore) {
    auto o = without_rates();
    o.waiting_servers = {3, 2};
    source_limits l(o);
    std::vector<place> here;
    for (const auto& from : {a, a, b, a, b}) {
        ASSERT_FALSE(come(l, from, here));
    }
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_FALSE(advance(l, here[i], waiting_server));
    }
    EXPECT_EQ(l.forbids(here[4], waiting_server), limit::waiting);
    EXPECT_FALSE(l.forbids(here[4], waiting_server, &here[0]));
    EXPECT_FALSE(l.forbids(here[3], waiting_server, &here[0])) << "of its own source";
    EXPECT_EQ(l.forbids(here[3], waiting_server, &here[2]), limit::source_waiting);
    EXPECT_EQ(l.forbids(here[4], waiting_server, &here[3]), limit::waiting) << "that has no place";
    EXPECT_EQ(source_limits::source_of(here[0]), source_limits::source_of(here[1]));
    EXPECT_NE(source_limits::source_of(here[0]), source_limits::source_of(here[2]));
}

TEST(SourceLimits, DialsHaveARateAndANumber) {
    auto o = without_rates();
    o.dialling = {10, 1min, 10};
    source_limits l(o);
    std::vector<place> here;
    for (int i = 0; i < 11; ++i) {
        ASSERT_FALSE(come(l, a, here));
    }
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_FALSE(l.dial(here[i], start));
    }
    EXPECT_EQ(l.dial(here[4], start), limit::source_dials);
    for (std::size_t i = 4; i < 10; ++i) {
        (void)place{std::move(here[i - 4])}; // it has gone
        EXPECT_FALSE(l.dial(here[i], start)) << i;
    }
    (void)place{std::move(here[9])};
    EXPECT_EQ(l.dial(here[10], start), limit::dial_rate);
    EXPECT_FALSE(l.dial(here[10], start + 6s));
}

TEST(SourceLimits, TooManyHandshakesInAllAreSeen) {
    auto o = without_rates();
    o.handshakes = {2, 0};
    source_limits l(o);
    std::vector<place> here;
    for (int i = 0; i < 2; ++i) {
        ASSERT_FALSE(come(l, a, here));
        EXPECT_FALSE(l.has_too_many_handshakes());
    }
    ASSERT_FALSE(come(l, a, here));
    EXPECT_TRUE(l.has_too_many_handshakes());
    here.pop_back();
    EXPECT_FALSE(l.has_too_many_handshakes());
}

/// Guesses IDs from one source, each a different one, as fast as it can.
int guesses_in(net::clock::duration time) {
    source_limits l(without_rates());
    std::size_t id = 0;
    int guessed = 0;
    for (auto now = start; now < start + time; now += 100ms) {
        std::vector<place> here;
        if (!come(l, a, here, now)) {
            ++guessed;
            (void)l.wrong_id(here.back(), ++id, now);
        }
    }
    return guessed;
}

TEST(WrongIds, AGuesserHasFewTries) {
    EXPECT_LE(guesses_in(1min), 30);
    EXPECT_GE(guesses_in(1min), 20);
    EXPECT_LE(guesses_in(1h), 100);
}

TEST(WrongIds, BanDoublesAndHoldsForItsSourceOnly) {
    source_limits l(without_rates());
    std::vector<place> here;
    ASSERT_FALSE(come(l, a, here));
    std::size_t id = 0;
    const auto guess = [&](net::clock::time_point now) { return l.wrong_id(here[0], ++id, now); };
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(guess(start));
    }
    EXPECT_FALSE(l.is_shut_out(here[0], start));
    EXPECT_EQ(guess(start), 60s);
    EXPECT_TRUE(l.is_shut_out(here[0], start)) << "a connection that it has already";
    EXPECT_FALSE(l.is_shut_out(here[0], start + 60s));
    EXPECT_EQ(come(l, a, here, start + 59s), limit::banned);
    EXPECT_FALSE(come(l, b, here, start));
    EXPECT_FALSE(come(l, a, here, start + 60s));
    EXPECT_FALSE(guess(start + 60s)) << "one a minute";
    EXPECT_EQ(guess(start + 60s), 120s);
}

TEST(WrongIds, AViewerThatComesAgainForItsServerIsNoGuesser) {
    source_limits l(without_rates());
    std::vector<place> here;
    ASSERT_FALSE(come(l, a, here));
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(l.wrong_id(here[0], 7, start));
    }
}

TEST(SourceLimits, WhoComesFromAnotherProcessCountsAndIsNotKeptOut) {
    auto o = without_rates();
    o.waiting_servers = {1, 1};
    source_limits l(o);
    std::vector<place> here;
    for (int i = 0; i < 3; ++i) {
        here.push_back(l.restore(a, waiting_server));
    }
    EXPECT_EQ(l.size(waiting_server), 3U);
    EXPECT_EQ(l.present(), 3U);
    EXPECT_EQ(l.entered(), 3U);
    EXPECT_TRUE(source_limits::was_accepted(here[0]));
    EXPECT_EQ(come(l, a, here), std::nullopt);
    EXPECT_EQ(advance(l, here.back(), waiting_server), limit::waiting) << "they fill its places";
    here.clear();
    EXPECT_EQ(l.present(), 0U);
    EXPECT_EQ(l.gone(), 4U);
}

} // namespace source_limits_test
