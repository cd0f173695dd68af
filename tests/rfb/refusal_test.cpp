// The failure text in both of its forms.                                   RFC 6143 7.1.2
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/refusal.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace refusal_test {

using namespace support;

TEST(Failure, Version38And37GetAnEmptyListAndTheReason) {
    const auto expected = "\0\0\0\0\2no"_bytes;
    EXPECT_EQ(rfb::format_failure({3, 8}, "no"), expected);
    EXPECT_EQ(rfb::format_failure({3, 7}, "no"), expected);
    EXPECT_EQ(rfb::format_failure({4, 0}, "no"), expected);
}

TEST(Failure, OlderVersionsGetSecurityType0AndTheReason) {
    const auto expected = "\0\0\0\0\0\0\0\2no"_bytes;
    EXPECT_EQ(rfb::format_failure({3, 3}, "no"), expected);
    EXPECT_EQ(rfb::format_failure({3, 5}, "no"), expected);
    EXPECT_EQ(rfb::format_failure({0, 0}, "no"), expected);
}

TEST(Failure, TheReasonHasABound) {
    EXPECT_EQ(rfb::format_failure({3, 8}, "").size(), 5U);
    EXPECT_EQ(rfb::format_failure({3, 8}, std::string(5000, 'x')).size(), 1005U);
}

} // namespace refusal_test
