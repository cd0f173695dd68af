// The Range field by its table.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/byte_range.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace byte_range_test {

namespace {

std::string text_of(const wsgate::range_choice& c) {
    if (const auto* range = std::get_if<wsgate::byte_range>(&c)) {
        return std::to_string(range->first) + "+" + std::to_string(range->size);
    }
    return std::holds_alternative<wsgate::unsatisfiable>(c) ? "416" : "whole";
}

} // namespace

TEST(ByteRange, FollowsTheTable) {
    struct row {
        std::string field;
        std::uint64_t size;
        std::string expected; // first + count
    };

    const std::vector<row> table{
        {"bytes=0-0", 10, "0+1"},
        {"bytes=0-9", 10, "0+10"},
        {"bytes=3-", 10, "3+7"},
        {"bytes=9-", 10, "9+1"},
        {"bytes=-4", 10, "6+4"},
        {"bytes=-10", 10, "0+10"},
        {"bytes=-99", 10, "0+10"},
        {"bytes=5-99", 10, "5+5"},
        {"Bytes=5-5", 10, "5+1"},
        {"bytes= 5-5 ", 10, "5+1"},
        {"bytes=00-0000000000000000000000000000009", 10, "0+10"},
        {"bytes=1-99999999999999999999999999", 10, "1+9"},
        {"bytes=18446744073709551614-", 18446744073709551615U, "18446744073709551614+1"},
        // no byte of it
        {"bytes=10-", 10, "416"},
        {"bytes=10-20", 10, "416"},
        {"bytes=99999999999999999999999999-", 10, "416"},
        {"bytes=-0", 10, "416"},
        {"bytes=0-", 0, "416"},
        {"bytes=-0", 0, "416"},
        {"bytes=-5", 0, "whole"}, // all of it, and there is none
        // several ranges, which are ours to ignore (RFC 9110 14.2)
        {"bytes=0-1,3-4", 10, "whole"},
        {"bytes=0-0,-1", 10, "whole"},
        // nonsense
        {"", 10, "whole"},
        {"bytes", 10, "whole"},
        {"bytes=", 10, "whole"},
        {"bytes=-", 10, "whole"},
        {"bytes=5", 10, "whole"},
        {"bytes=5-4", 10, "whole"},
        {"bytes=--4", 10, "whole"},
        {"bytes=-+4", 10, "whole"},
        {"bytes=+1-4", 10, "whole"},
        {"bytes=1-4x", 10, "whole"},
        {"bytes=0x1-4", 10, "whole"},
        {"bytes=1 - 4", 10, "whole"},
        {"bytes =1-4", 10, "whole"},
        {"lines=1-4", 10, "whole"},
        {"1-4", 10, "whole"},
    };
    for (const auto& [field, size, expected] : table) {
        EXPECT_EQ(text_of(wsgate::choose_range(field, size)), expected) << field << " of " << size;
    }
}

} // namespace byte_range_test
