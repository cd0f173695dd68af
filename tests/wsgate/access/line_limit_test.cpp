// How many lines strangers can put into the log.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/line_limit.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace line_limit_test {

namespace {

using namespace std::chrono_literals;
using net::source_key;
using wsgate::line_limit;

const line_limit::time_point start{1h};

} // namespace

TEST(LineLimit, LeavesOutWhatOneClientSaysTooOftenAndCountsIt) {
    line_limit lines;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(lines.admit(source_key{7}, start), 0U) << i;
    }
    EXPECT_FALSE(lines.admit(source_key{7}, start));
    EXPECT_FALSE(lines.admit(source_key{7}, start + 11s));
    EXPECT_EQ(lines.admit(source_key{8}, start + 11s), 2U) << "another one has its line";
    EXPECT_EQ(lines.admit(source_key{7}, start + 13s), 0U);
    EXPECT_FALSE(lines.admit(source_key{7}, start + 13s));
}

TEST(LineLimit, HoldsForAllClientsTogether) {
    line_limit lines;
    std::uint64_t told = 0;
    for (std::uint64_t client = 1; client <= 10'000; ++client) {
        told += lines.admit(source_key{client}, start) ? 1U : 0U;
    }
    EXPECT_EQ(told, 200U);
    EXPECT_EQ(lines.admit(source_key{1}, start + 2s), 9'800U);
    for (std::uint64_t client = 1; client <= 10'000; ++client) {
        told += lines.admit(source_key{client}, start + 60s) ? 1U : 0U;
    }
    EXPECT_LE(told, 200U + 60U);
}

} // namespace line_limit_test
