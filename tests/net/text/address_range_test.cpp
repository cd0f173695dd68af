// Which address is in which network, and what is not a network at all.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/address_range.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace address_range_test {

namespace {

using boost::asio::ip::make_address;
using testing::HasSubstr;

} // namespace

TEST(Network, ContainsWhatSharesItsPrefix) {
    struct row {
        const char* network;
        const char* address;
        bool expected;
    };

    for (const auto& r : std::initializer_list<row>{
             {"10.0.0.0/8", "10.255.255.255", true},
             {"10.0.0.0/8", "11.0.0.0", false},
             {"10.0.0.0/8", "9.255.255.255", false},
             {"10.1.2.3/8", "10.9.9.9", true}, // bits behind the prefix are of no account
             {"192.0.2.7", "192.0.2.7", true},
             {"192.0.2.7", "192.0.2.6", false},
             {"192.0.2.7/32", "192.0.2.7", true},
             {"192.0.2.6/31", "192.0.2.7", true},
             {"192.0.2.6/31", "192.0.2.8", false},
             {"192.0.2.0/25", "192.0.2.127", true},
             {"192.0.2.0/25", "192.0.2.128", false},
             {"0.0.0.0/0", "255.255.255.255", true},
             {"0.0.0.0/0", "::1", false},
             {"128.0.0.0/1", "127.255.255.255", false},
             {"2001:db8::/32", "2001:db8:ffff::1", true},
             {"2001:db8::/32", "2001:db9::1", false},
             {"2001:db8::/33", "2001:db8:7fff::1", true},
             {"2001:db8::/33", "2001:db8:8000::1", false},
             {"2001:db8::1", "2001:db8::1", true},
             {"2001:db8::1", "2001:db8::2", false},
             {"[2001:db8::]/127", "2001:db8::1", true},
             {"[::1]", "::1", true},
             {"fe80::/10", "fe80::1%1", true}, // the scope is no part of the address
             {"::/0", "2600::1", true},
             {"::/0", "192.0.2.1", false},
             // IPv4 inside IPv6 is IPv4, on both sides
             {"10.0.0.0/8", "::ffff:10.1.2.3", true},
             {"10.0.0.0/8", "::ffff:11.1.2.3", false},
             {"::ffff:10.0.0.0/104", "10.1.2.3", true},
             {"::ffff:10.0.0.0/104", "11.1.2.3", false},
             {"::ffff:192.0.2.7", "192.0.2.7", true},
             {"::ffff:0:0/96", "192.0.2.7", true},
             {"::/0", "::ffff:192.0.2.7", false},
             {"::/96", "::ffff:192.0.2.7", false},
             {"::/96", "::127.0.0.1", true},
         }) {
        const auto network = net::parse_address_range(r.network);
        ASSERT_TRUE(network) << r.network << ": " << network.error();
        EXPECT_EQ(network->contains(make_address(r.address)), r.expected)
            << r.network << ' ' << r.address;
    }
}

TEST(Network, IsWrittenAsItIsRead) {
    struct row {
        const char* text;
        const char* expected;
    };

    for (const auto& r : std::initializer_list<row>{
             {"10.1.2.3/8", "10.0.0.0/8"},
             {"192.0.2.7", "192.0.2.7/32"},
             {"192.0.2.7/0", "0.0.0.0/0"},
             {"2001:DB8::1", "2001:db8::1/128"},
             {"[2001:db8::1]/32", "2001:db8::/32"},
             {"::ffff:10.1.2.3/104", "10.0.0.0/8"},
         }) {
        const auto network = net::parse_address_range(r.text);
        ASSERT_TRUE(network) << r.text;
        EXPECT_EQ(net::to_string(*network), r.expected);
        const auto again = net::parse_address_range(net::to_string(*network));
        ASSERT_TRUE(again) << r.text;
        EXPECT_EQ(*again, *network);
    }
}

TEST(Network, SaysWhatIsWrong) {
    for (const auto* text : {"", "/", "/8", "10.0.0", "10.0.0.0.0/8", "010.0.0.1/8", "300.0.0.1",
                             "host.example", "10.0.0.0 /8", " 10.0.0.0/8", "::1::", "[10.0.0.1",
                             "[]/8", "fe80::1%1", "10.0.0.1:80", "\x01\xff"}) {
        const auto network = net::parse_address_range(text);
        ASSERT_FALSE(network) << text;
        EXPECT_THAT(network.error(), HasSubstr("is not an IPv4 or IPv6 address or network"));
    }
    for (const auto* text : {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                             "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0.0/99999999999"}) {
        const auto network = net::parse_address_range(text);
        ASSERT_FALSE(network) << text;
        EXPECT_THAT(network.error(), HasSubstr("behind the slash is 0 to 32")) << text;
    }
    EXPECT_THAT(net::parse_address_range("::1/129").error(), HasSubstr("0 to 128"));
    EXPECT_THAT(net::parse_address_range("::ffff:10.0.0.0/8").error(), HasSubstr("96 to 128"));
    EXPECT_THAT(net::parse_address_range("\x01\xff").error(), HasSubstr("\\x01\\xff"));
}

TEST(Network, AListContainsWhatAnyOfItContains) {
    const std::vector<net::address_range> list{*net::parse_address_range("10.0.0.0/8"),
                                               *net::parse_address_range("::1")};
    EXPECT_TRUE(net::contains(list, make_address("10.1.1.1")));
    EXPECT_TRUE(net::contains(list, make_address("::1")));
    EXPECT_FALSE(net::contains(list, make_address("127.0.0.1")));
    EXPECT_FALSE(net::contains({}, make_address("127.0.0.1")));
}

} // namespace address_range_test
