// How many lines a stranger may cause, and that what others do is told all the same.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/line_limit.hpp"

#include <gtest/gtest.h>

namespace line_limit_test {

namespace {

using namespace repeater;
using namespace std::chrono_literals;

const auto start = net::clock::time_point{} + 24h;

peer_name from(const char* address) {
    return {session_number{1}, rfb::side::viewer, {asio::ip::make_address(address), 4711}};
}

event::introduction_failed failure_of(const peer_name& who) {
    return {who, event::introduction_failed::reason::too_short, 1, 250, {}, {}, {}};
}

int told(line_limit& l, const any_event& e, int times, net::clock::time_point now = start) {
    int n = 0;
    for (int i = 0; i < times; ++i) {
        n += l.admits(e, now) ? 1 : 0;
    }
    return n;
}

} // namespace

TEST(LineLimit, TellsSoManyOfEachKindAndSource) {
    line_limit l;
    const auto stranger = from("192.0.2.1");
    EXPECT_EQ(told(l, event::limited{stranger, limit::connection_rate}, 1000), 1);
    EXPECT_EQ(told(l, event::limited{stranger, limit::banned}, 1000), 1) << "another limit";
    EXPECT_EQ(told(l, failure_of(stranger), 1000), 5);
    EXPECT_EQ(told(l, event::arrived{stranger}, 1000), 120);
    EXPECT_EQ(told(l, event::limited{from("192.0.2.2"), limit::banned}, 1000), 1) << "another one";
    EXPECT_EQ(told(l, event::limited{stranger, limit::banned}, 1000, start + 299s), 0);
    EXPECT_EQ(told(l, event::limited{stranger, limit::banned}, 1000, start + 300s), 1);
}

TEST(LineLimit, HoldsForAllSourcesTogether) {
    line_limit l;
    int n = 0;
    for (unsigned i = 0; i < 10'000; ++i) {
        const asio::ip::address_v4 stranger{0x0a000000U + i};
        n += l.admits(event::limited{{session_number{1}, rfb::side::viewer, {stranger, 1}},
                                     limit::connections},
                      start)
                 ? 1
                 : 0;
    }
    EXPECT_EQ(n, 200);
}

TEST(LineLimit, ThisMachineHasNoLimitOfItsOwn) {
    line_limit l;
    EXPECT_EQ(told(l, failure_of(from("127.0.0.1")), 100), 100);
}

TEST(LineLimit, WhatStrangersCannotCauseIsAlwaysTold) {
    line_limit l;
    EXPECT_EQ(told(l, event::advice{"x"}, 1000), 1000);
    EXPECT_EQ(told(l,
                   event::paired{from("192.0.2.1"), from("192.0.2.2"),
                                 rfb::repeater_id::make("1").value()},
                   1000),
              1000);
}

TEST(LineLimit, SaysHowManyWereLeftOut) {
    line_limit l;
    const auto failure = failure_of(from("192.0.2.1"));
    EXPECT_EQ(l.left_out(failure, start), std::nullopt);
    (void)told(l, failure, 105);
    EXPECT_EQ(l.left_out(failure, start + 59s), std::nullopt) << "more may come";
    EXPECT_EQ(l.left_out(failure, start + 60s), 100U) << "also where none of them is told";
    EXPECT_EQ(told(l, failure, 7, start + 61s), 1);
    EXPECT_EQ(l.left_out(failure, start + 120s), std::nullopt) << "once a minute";
    EXPECT_EQ(l.left_out(event::stopped{}, start + 120s), 6U) << "but the end tells all";
}

} // namespace line_limit_test
