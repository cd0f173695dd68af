// How many lines strangers can put into the log.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/line_limit.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace line_limit_test {

namespace {

using namespace std::chrono_literals;
using wsgate::handshake_failure;
using wsgate::limit;
using wsgate::line_limit;
namespace asio = boost::asio;

const line_limit::time_point start{1h};
const auto one = asio::ip::make_address("192.0.2.1");
const auto other = asio::ip::make_address("192.0.2.2");

} // namespace

TEST(LineLimit, WritesFewOfEachKindAndClient) {
    line_limit lines;
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(lines.admit(one, handshake_failure::tls, start), 0U) << i;
    }
    EXPECT_FALSE(lines.admit(one, handshake_failure::tls, start));
    EXPECT_EQ(lines.admit(one, limit::connection_rate, start), 1U) << "another kind";
    EXPECT_FALSE(lines.admit(one, limit::connection_rate, start));
    EXPECT_EQ(lines.admit(one, limit::source_handshakes, start), 1U) << "another limit";
    EXPECT_EQ(lines.admit(other, handshake_failure::tls, start), 0U) << "another client";
    EXPECT_FALSE(lines.admit(one, limit::connection_rate, start + 30s));
    EXPECT_EQ(lines.admit(one, limit::connection_rate, start + 5min), 1U);
}

TEST(LineLimit, TellsOnceAMinuteHowManyWereLeftOut) {
    line_limit lines;
    EXPECT_EQ(lines.admit(one, limit::connection_rate, start), 0U);
    std::uint64_t told = 0;
    std::uint64_t left_out = 0;
    for (auto now = start + 1s; now <= start + 4min; now += 1s) {
        if (const auto line = lines.admit(one, limit::connection_rate, now)) {
            ++told;
            left_out += *line;
        }
    }
    EXPECT_EQ(told, 3U);
    EXPECT_EQ(told + left_out, 183U) << "each summary a minute after the first that it counts";
}

TEST(LineLimit, WritesAllOfThisMachineUpToTheLimitForAll) {
    line_limit lines;
    const auto local = asio::ip::make_address("127.0.0.1");
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(lines.admit(local, handshake_failure::tls, start));
        EXPECT_TRUE(lines.admit(std::nullopt, handshake_failure::tls, start));
    }
    EXPECT_FALSE(lines.admit(local, handshake_failure::tls, start));
}

TEST(LineLimit, HoldsForAllClientsTogether) {
    line_limit lines;
    std::uint64_t told = 0;
    const auto all = [&lines, &told](line_limit::time_point now) {
        for (std::uint32_t client = 1; client <= 10'000; ++client) {
            const auto from = asio::ip::make_address_v4(0x0a000000U + client);
            told += lines.admit(from, handshake_failure::tls, now) ? 1U : 0U;
        }
    };
    all(start);
    EXPECT_EQ(told, 200U);
    EXPECT_EQ(lines.admit(one, handshake_failure::tls, start + 2s), 9'800U);
    all(start + 59s);
    EXPECT_LE(told, 200U + 60U);
}

} // namespace line_limit_test
