// Where addresses lead, by both ways to ask (tests/hostile/mode1.py asks in networks of its own).
// SPDX-License-Identifier: EUPL-1.2
#include "net/route_query.hpp"

#include <gtest/gtest.h>

namespace route_query_test {

namespace {

using net::route;
using net::asio::ip::make_address;

} // namespace

TEST(RouteQuery, LoopbackIsLocal) {
    for (const auto* const each : {"127.0.0.1", "127.1.2.3", "::ffff:127.0.0.1", "0.0.0.0"}) {
        EXPECT_EQ(net::route_by_netlink(make_address(each)), route::local) << each;
        EXPECT_EQ(net::route_by_socket(make_address(each)), route::local) << each;
        EXPECT_EQ(net::route_to(make_address(each)), route::local) << each;
    }
}

// Whether there is a way to them or not, they are not here.
TEST(RouteQuery, OthersAreNotLocal) {
    for (const auto* const each : {"192.0.2.1", "8.8.8.8", "::ffff:192.0.2.1", "2001:db8::1"}) {
        const auto address = make_address(each);
        const auto by_netlink = net::route_by_netlink(address);
        ASSERT_TRUE(by_netlink) << each;
        EXPECT_TRUE(by_netlink == route::elsewhere || by_netlink == route::none) << each;
        EXPECT_EQ(net::route_by_socket(address), *by_netlink) << each;
    }
}

} // namespace route_query_test
