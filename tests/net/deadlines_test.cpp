// Limits in time: the earliest first, none that was taken back.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadlines.hpp"
#include "net/event_loop.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace deadlines_test {

using namespace std::chrono_literals;

namespace {

struct Deadlines : testing::Test {
    net::event_loop context;
    std::vector<int> passed;
    net::deadlines<int> all{context.get_executor(), [this](int key) { passed.push_back(key); }};
    net::clock::time_point now = net::clock::now();
};

} // namespace

TEST_F(Deadlines, PassInTheOrderOfTheirTimes) {
    all.add(now + 20ms, 3);
    all.add(now + 10ms, 2);
    all.add(now - 1s, 1);
    context.run();
    EXPECT_EQ(passed, (std::vector{1, 2, 3}));
}

TEST_F(Deadlines, WhatWasRemovedDoesNotPassAndKeepsNothingRunning) {
    all.add(now + 1h, 1);
    all.add(now + 5ms, 2);
    all.add(now + 10ms, 3);
    all.remove(now + 5ms, 2);
    all.remove(now + 1h, 1);
    all.remove(now + 1h, 1);
    context.run();
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
    context.run();
    EXPECT_EQ(passed, (std::vector{1, 2, 3}));
}

} // namespace deadlines_test
