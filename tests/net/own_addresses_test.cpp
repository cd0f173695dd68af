// Whose an address is, by the kernel's list and by bind(2).
// SPDX-License-Identifier: EUPL-1.2
#include "net/own_addresses.hpp"

#include <gtest/gtest.h>

namespace own_addresses_test {

namespace {

using net::asio::ip::make_address;

} // namespace

TEST(OwnAddresses, AreThoseOfTheInterfaces) {
    const net::own_addresses ours;
    EXPECT_FALSE(ours.error());
    EXPECT_TRUE(ours.contains(make_address("127.0.0.1")));
    EXPECT_FALSE(ours.contains(make_address("192.0.2.1")));
    EXPECT_FALSE(ours.contains(make_address("2001:db8::1")));
}

// What is asked where there is no list (tests/e2e/mode1.py takes it away).
TEST(OwnAddresses, CanBeBound) {
    for (const auto* const each : {"127.0.0.1", "127.1.2.3", "0.0.0.0", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(net::may_be_bound(make_address(each))) << each;
    }
    for (const auto* const each : {"192.0.2.1", "8.8.8.8", "::ffff:192.0.2.1"}) {
        EXPECT_FALSE(net::may_be_bound(make_address(each))) << each;
    }
}

} // namespace own_addresses_test
