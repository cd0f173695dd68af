// Times as logs and events show them.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/utc_time.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace utc_time_test {

using repeater::utc_time;
using namespace std::chrono;

TEST(UtcTime, HasMillisecondsThatAreCutNotRounded) {
    const system_clock::time_point start{};
    const std::pair<system_clock::time_point, const char*> rows[] = {
        {start, "1970-01-01T00:00:00.000Z"},
        {start + milliseconds(7), "1970-01-01T00:00:00.007Z"},
        {start + microseconds(999'999), "1970-01-01T00:00:00.999Z"},
        {start + seconds(1'709'251'199) + milliseconds(500), "2024-02-29T23:59:59.500Z"},
        {start - milliseconds(1), "1969-12-31T23:59:59.999Z"},
    };
    for (const auto& [when, expected] : rows) {
        EXPECT_EQ(utc_time(when), expected);
    }
}

} // namespace utc_time_test
