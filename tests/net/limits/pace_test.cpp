// How much passes in a time, for one taker and for many.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/pace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <thread>
#include <vector>

namespace pace_test {

using namespace std::chrono_literals;
using time_point = net::pace::time_point;

namespace {

const time_point start{1000s};

/// What a taker gets that always wants more, and comes `late` to each turn.
std::uint64_t taken_in(net::pace& p, std::chrono::seconds time, net::clock::duration late) {
    std::uint64_t taken = 0;
    for (auto now = start; now < start + time;) {
        taken += p.portion();
        now = std::max(now, p.take(p.portion(), now) + late);
    }
    return taken;
}

} // namespace

TEST(Pace, LetsPassWhatItIsMadeFor) {
    for (const std::uint64_t rate : {2'000U, 100'000U, 1'000'000U, 500'000'000U}) {
        for (const auto late : {0ms, 5ms, 30ms}) {
            net::pace p(rate);
            const auto taken = static_cast<double>(taken_in(p, 20s, late));
            EXPECT_NEAR(taken, 20.0 * static_cast<double>(rate),
                        0.06 * 20 * static_cast<double>(rate))
                << rate;
        }
    }
}

TEST(Pace, WithoutALimitNobodyWaits) {
    net::pace p;
    EXPECT_FALSE(p.is_limited());
    EXPECT_LE(p.take(1'000'000'000, start), start);
}

TEST(Pace, WhatWasNotUsedIsKeptForAShortTimeOnly) {
    net::pace p(1'000'000);
    EXPECT_LE(p.take(50'000, start), start) << "the burst";
    EXPECT_GT(p.take(1'000, start), start);
    const auto later = start + 1h;
    EXPECT_LE(p.take(50'000, later), later);
    EXPECT_GT(p.take(1'000, later), later);
}

TEST(Pace, ManyTakersGetTurnsOneBehindTheOther) {
    net::pace p(1'000'000);
    std::array<time_point, 10> turn{};
    std::array<std::uint64_t, 10> taken{};
    turn.fill(start);
    for (;;) {
        auto* const next = std::min_element(turn.begin(), turn.end());
        if (*next >= start + 10s) {
            break;
        }
        const auto who = static_cast<std::size_t>(next - turn.begin());
        taken.at(who) += p.portion();
        *next = std::max(p.take(p.portion(), *next), *next);
    }
    const auto all = std::accumulate(taken.begin(), taken.end(), std::uint64_t{0});
    EXPECT_NEAR(static_cast<double>(all), 1e7, 5e5);
    for (const auto each : taken) {
        EXPECT_NEAR(static_cast<double>(each), 1e6, 2e5);
    }
}

TEST(Pace, ThreadsShareOne) {
    net::pace p(1'000'000);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&p] {
            for (int n = 0; n < 10'000; ++n) {
                (void)p.take(100, start);
            }
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    const auto paid = p.take(0, start);
    EXPECT_NEAR(std::chrono::duration<double>(paid - start).count(), 4.0 - 0.05, 0.01);
}

TEST(Pace, MayChange) {
    net::pace p(1'000);
    p.set(1'000'000);
    EXPECT_LE(p.take(40'000, start), start);
    p.set(0);
    EXPECT_LE(p.take(1'000'000'000, start + 1s), start + 1s);
}

TEST(Bytes, AreReadWithTheirSuffix) {
    EXPECT_EQ(net::parse_bytes("0"), 0U);
    EXPECT_EQ(net::parse_bytes("1500"), 1'500U);
    EXPECT_EQ(net::parse_bytes("500K"), 500'000U);
    EXPECT_EQ(net::parse_bytes("2M"), 2'000'000U);
    EXPECT_EQ(net::parse_bytes("1G"), 1'000'000'000U);
    for (const auto* const bad : {"", "K", "-1", "1.5M", "2m", "2MB", " 2M", "1001G",
                                  "18446744073709551616", "18446744073709551G"}) {
        EXPECT_EQ(net::parse_bytes(bad), std::nullopt) << bad;
    }
}

} // namespace pace_test
