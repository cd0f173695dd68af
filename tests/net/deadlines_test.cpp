// Limits in time: the earliest first, none that was taken back.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadlines.hpp"
#include "net/event_loop.hpp"

#include <boost/asio/execution/outstanding_work.hpp>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace deadlines_test {

using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

struct Deadlines : testing::Test {
    net::event_loop context;
    asio::any_io_executor work =
        asio::require(context.get_executor(), asio::execution::outstanding_work.tracked);
    std::vector<int> passed;
    net::deadlines<int> all{context.get_executor(), [this](int key) { passed.push_back(key); }};
    net::clock::time_point now = net::clock::now();

    void run_until_passed(std::size_t count) {
        const auto patience = now + 30s;
        while (passed.size() < count && net::clock::now() < patience) {
            context.run_for(1ms);
        }
    }
};

} // namespace

TEST_F(Deadlines, PassInTheOrderOfTheirTimes) {
    all.add(now + 20ms, 3);
    all.add(now + 10ms, 2);
    all.add(now - 1s, 1);
    run_until_passed(3);
    EXPECT_EQ(passed, (std::vector{1, 2, 3}));
}

TEST_F(Deadlines, WhatWasRemovedDoesNotPass) {
    all.add(now + 1h, 1);
    all.add(now + 5ms, 2);
    all.add(now + 10ms, 3);
    all.remove(now + 5ms, 2);
    all.remove(now + 1h, 1);
    all.remove(now + 1h, 1);
    run_until_passed(1);
    EXPECT_EQ(passed, std::vector{3});
}

TEST_F(Deadlines, OneMayBeAddedWhenAnotherPasses) {
    net::deadlines<int> chain{context.get_executor(), [&](int key) {
                                  passed.push_back(key);
                                  if (key < 3) {
                                      chain.add(now, key + 1);
                                  }
                              }};
    chain.add(now, 1);
    run_until_passed(3);
    EXPECT_EQ(passed, (std::vector{1, 2, 3}));
}

TEST_F(Deadlines, OneThatIsAddedAnewForALittleLaterWaitsForAnotherRound) {
    std::vector<net::clock::time_point> rounds;
    net::deadlines<int> anew{context.get_executor(), [&](int key) {
                                 rounds.push_back(context.now());
                                 passed.push_back(key);
                                 std::this_thread::sleep_for(3ms); // what a busy round takes
                                 if (rounds.size() < 3) {
                                     anew.add(context.now() + 1ms, key);
                                 }
                             }};
    anew.add(now, 1);
    run_until_passed(3);
    ASSERT_EQ(rounds.size(), 3U);
    EXPECT_LT(rounds[0], rounds[1]);
    EXPECT_LT(rounds[1], rounds[2]);
}

TEST_F(Deadlines, KeepNothingRunning) {
    all.add(now + 1h, 1);
    work = {};
    context.run();
    EXPECT_TRUE(passed.empty());
}

} // namespace deadlines_test
