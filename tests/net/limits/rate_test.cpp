// How rates are written.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/rate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace rate_test {

using namespace std::chrono_literals;

TEST(Rate, IsReadAndWrittenInOneForm) {
    const std::vector<std::pair<std::string, net::rate>> all{
        {"20/s,100", {20, 1s, 100}},
        {"10/min", {10, 1min, 10}},
        {"60/h,20", {60, 1h, 20}},
        {"1/s", {1, 1s, 1}},
        {"0", {}},
        {"1000000/h", {1000000, 1h, 1000000}},
    };
    for (const auto& [text, rate] : all) {
        EXPECT_EQ(net::parse_rate(text), rate) << text;
        EXPECT_EQ(net::to_string(rate), text);
    }
}

TEST(Rate, IsRefusedInOthers) {
    for (const auto* text :
         {"", "20", "/s", "20/", "20/m", "20/s,", "20/s,0", "0/s", "-1/s", "1.5/s", "20 /s",
          "20/s,100,1", ",5", "20,5/s", "1000001/s", "20/s,1000001", "99999999999/s", "off"}) {
        EXPECT_FALSE(net::parse_rate(text)) << text;
    }
}

} // namespace rate_test
