// What is cut where, and what is no address.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/host_port.hpp"
#include "net/text/number.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace host_port_test {

TEST(HostPort, IsCutAtTheLastColon) {
    const std::vector<std::tuple<std::string, std::string, int, bool>> table{
        {"desk.example:5900", "desk.example", 5900, false},
        {"[2001:db8::7]:0", "2001:db8::7", 0, true},
        {"2001:db8::7:65535", "2001:db8::7", 65535, false},
        {":80", "", 80, false},
        {"[]:80", "[]", 80, false},
        {"[*]:80", "*", 80, true},
    };
    for (const auto& [text, host, port, in_brackets] : table) {
        const auto parts = net::split_host_port(text);
        ASSERT_TRUE(parts) << text;
        EXPECT_EQ(parts->host, host) << text;
        EXPECT_EQ(parts->port, port) << text;
        EXPECT_EQ(parts->in_brackets, in_brackets) << text;
    }
}

TEST(HostPort, IsNothingWithoutAPort) {
    for (const std::string text :
         {"", "80", "h:", "h:x", "h:65536", "h:-1", "h:+1", "h: 1", "h:1 "}) {
        EXPECT_FALSE(net::split_host_port(text)) << text;
    }
}

TEST(HostPort, IsAnAddressOfIPv6InBracketsAlone) {
    const auto address = [](std::string_view text) {
        const auto a = net::address_in(*net::split_host_port(text));
        return a ? a->to_string() : "none";
    };
    EXPECT_EQ(address("192.0.2.7:1"), "192.0.2.7");
    EXPECT_EQ(address("[2001:db8::7]:1"), "2001:db8::7");
    EXPECT_EQ(address("2001:db8::7:1"), "none");
    EXPECT_EQ(address("[192.0.2.7]:1"), "none");
    EXPECT_EQ(address("desk.example:1"), "none");
    EXPECT_EQ(address(":1"), "none");
}

TEST(Number, TakesAllOfTheTextOrNothing) {
    EXPECT_EQ(net::parse_number<unsigned>("0017"), 17U);
    EXPECT_EQ(net::parse_number<unsigned>("0660", 8), 0660U);
    EXPECT_EQ(net::parse_number<std::uint8_t>("fF", 16), 255);
    for (const std::string text : {"", "-1", "+1", " 1", "1 ", "1x", "256"}) {
        EXPECT_FALSE(net::parse_number<std::uint8_t>(text)) << text;
    }
}

TEST(AddressText, IsThatOfTheLibrary) {
    for (const auto* const text : {"0.0.0.0", "127.0.0.1", "203.0.113.99", "255.255.255.255", "::1",
                                   "2001:db8::7", "::ffff:192.0.2.1", "fe80::1%7"}) {
        const auto address = boost::asio::ip::make_address(text);
        EXPECT_EQ(net::address_text(address), address.to_string());
    }
}

} // namespace host_port_test
