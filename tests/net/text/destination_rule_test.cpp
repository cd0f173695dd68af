// Rules of where a peer may be led: what they cover, and what is none.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/destination_rule.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace destination_rule_test {

namespace {

using boost::asio::ip::make_address;
using net::port_range;

bool is_any_name(std::string_view text) {
    return !text.empty() && text.find_first_of(":/ ") == std::string_view::npos;
}

std::optional<net::destination_rule> parse(std::string_view text) {
    return net::parse_destination_rule(text, is_any_name);
}

} // namespace

TEST(PortRange, IsOnePortOrTwo) {
    EXPECT_EQ(net::parse_port_range("5900"), (port_range{5900, 5900}));
    EXPECT_EQ(net::parse_port_range("1-65535"), (port_range{}));
    for (const auto* bad : {"", "0", "0-1", "65536", "2-1", "1-", "-1", "1-2-3", "1 - 2", "x"}) {
        EXPECT_EQ(net::parse_port_range(bad), std::nullopt) << bad;
    }
}

TEST(DestinationRule, CoversWhatItNames) {
    struct row {
        const char* rule;
        const char* host;
        const char* address; ///< null: nobody knows it
        std::uint16_t port;
        bool covered;
    };

    for (const auto& r : std::initializer_list<row>{
             {"10.0.0.0/8:5900-5999", "h", "10.1.2.3", 5900, true},
             {"10.0.0.0/8:5900-5999", "h", "10.1.2.3", 5999, true},
             {"10.0.0.0/8:5900-5999", "h", "10.1.2.3", 6000, false},
             {"10.0.0.0/8:5900-5999", "h", "11.1.2.3", 5900, false},
             {"10.0.0.0/8:5900", "h", "::ffff:10.1.2.3", 5900, true},
             {"10.0.0.0/8:5900", "10.1.2.3", nullptr, 5900, false},
             {"[2001:db8::]/32:5900", "h", "2001:db8::9", 5900, true},
             {"2001:db8::9:5900", "h", "2001:db8::9", 5900, true},
             {"Desk.example:5901", "DESK.Example", "10.1.2.3", 5901, true},
             {"Desk.example:5901", "desk.example", nullptr, 5901, true},
             {"Desk.example:5901", "desk.example.", nullptr, 5901, true},
             {"Desk.example.:5901", "desk.example", nullptr, 5901, true},
             {"Desk.example:5901", "desk.example", nullptr, 5902, false},
             {"Desk.example:5901", "a.desk.example", nullptr, 5901, false},
         }) {
        const auto rule = parse(r.rule);
        ASSERT_TRUE(rule) << r.rule;
        const bool covered = r.address == nullptr
                                 ? rule->covers(r.host, r.port)
                                 : rule->covers(r.host, {make_address(r.address), r.port});
        EXPECT_EQ(covered, r.covered) << r.rule << ' ' << r.host << ' ' << r.port;
    }
}

TEST(DestinationRule, IsNothingWhereAPartOfItIsWrong) {
    for (const auto* bad : {"", ":1", "h", "h:", "h:0", "a b:1", "10.0.0.0/33:1", "10.0.0.0/8"}) {
        EXPECT_EQ(parse(bad), std::nullopt) << bad;
    }
}

TEST(DestinationRule, WithoutPortsIsForAllOfThem) {
    const auto rule = net::parse_portless_rule("2001:db8::/32", is_any_name);
    ASSERT_TRUE(rule);
    EXPECT_TRUE(rule->covers("", {make_address("2001:db8::9"), 1}));
    EXPECT_TRUE(rule->covers("", {make_address("2001:db8::9"), 65535}));
    EXPECT_EQ(net::parse_portless_rule("a b", is_any_name), std::nullopt);
}

} // namespace destination_rule_test
