// Where Mode I may go: the tables of security M1-M3.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/rules/mode1.hpp"

#include <gtest/gtest.h>

namespace mode1_test {

namespace {

using namespace repeater;
using asio::ip::make_address;

bool is_ours(const asio::ip::address& a) {
    return a == make_address("10.1.2.3") || a == make_address("2001:470::7");
}

verdict judged(const mode1_policy& policy, const char* address, std::uint16_t port) {
    return judge(policy, address, {make_address(address), port}, is_ours);
}

} // namespace

TEST(Mode1, TheDefaultAllowsVncPortsOfOrdinaryAddresses) {
    struct row {
        const char* address;
        std::uint16_t port;
        verdict expected;
        const char* why;
    };

    for (const auto& r : std::initializer_list<row>{
             {"192.168.1.7", 5900, verdict::allowed, "RFC 1918"},
             {"10.0.0.9", 6099, verdict::allowed, "last port"},
             {"100.64.0.1", 5901, verdict::allowed, "carrier-grade NAT"},
             {"8.8.8.8", 5900, verdict::allowed, "public"},
             {"fc00::1", 5900, verdict::allowed, "unique local"},
             {"2600::1", 5900, verdict::allowed, "public IPv6"},
             {"192.168.1.7", 5899, verdict::bad_port, "below"},
             {"192.168.1.7", 6100, verdict::bad_port, "above"},
             {"192.168.1.7", 22, verdict::bad_port, "ssh"},
             {"0.0.0.0", 5900, verdict::bad_address, "this host"},
             {"0.1.2.3", 5900, verdict::bad_address, "this network"},
             {"127.0.0.1", 5900, verdict::bad_address, "loopback"},
             {"127.255.0.9", 5900, verdict::bad_address, "loopback"},
             {"169.254.169.254", 5900, verdict::bad_address, "cloud metadata"},
             {"192.0.0.8", 5900, verdict::bad_address, "protocol assignments"},
             {"192.0.2.1", 5900, verdict::bad_address, "documentation"},
             {"198.19.0.1", 5900, verdict::bad_address, "benchmarking"},
             {"198.51.100.1", 5900, verdict::bad_address, "documentation"},
             {"203.0.113.1", 5900, verdict::bad_address, "documentation"},
             {"224.0.0.1", 5900, verdict::bad_address, "multicast"},
             {"255.255.255.255", 5900, verdict::bad_address, "broadcast"},
             {"::", 5900, verdict::bad_address, "unspecified"},
             {"::1", 5900, verdict::bad_address, "loopback"},
             {"fe80::1", 5900, verdict::bad_address, "link local"},
             {"ff02::1", 5900, verdict::bad_address, "multicast"},
             {"100::1", 5900, verdict::bad_address, "discard"},
             {"2001:db8::1", 5900, verdict::bad_address, "documentation"},
             {"fd00:ec2::254", 5900, verdict::bad_address, "cloud metadata"},
             {"fd20:ce::254", 5900, verdict::bad_address, "cloud metadata"},
             {"100.100.100.200", 5900, verdict::bad_address, "cloud metadata"},
             {"168.63.129.16", 5900, verdict::bad_address, "cloud metadata"},
             {"192.31.196.9", 5900, verdict::bad_address, "AS112"},
             {"192.52.193.1", 5900, verdict::bad_address, "AMT"},
             {"192.88.99.1", 5900, verdict::bad_address, "6to4 relay"},
             {"192.175.48.6", 5900, verdict::bad_address, "AS112"},
             {"100:0:0:1::1", 5900, verdict::bad_address, "dummy prefix"},
             {"2001:1::1", 5900, verdict::bad_address, "port control protocol"},
             {"2001:2::1", 5900, verdict::bad_address, "benchmarking"},
             {"2001:3::1", 5900, verdict::bad_address, "AMT"},
             {"2001:4:112::1", 5900, verdict::bad_address, "AS112"},
             {"2001:10::1", 5900, verdict::bad_address, "ORCHID"},
             {"2001:2f::1", 5900, verdict::bad_address, "ORCHIDv2"},
             {"2001:30::1", 5900, verdict::bad_address, "drone remote IDs"},
             {"2001:1ff:ffff::1", 5900, verdict::bad_address, "IETF's last"},
             {"2001:200::1", 5900, verdict::allowed, "behind IETF's"},
             {"2620:4f:8000::1", 5900, verdict::bad_address, "AS112"},
             {"3fff:fff::1", 5900, verdict::bad_address, "documentation"},
             {"5f00::1", 5900, verdict::bad_address, "segment routing"},
             {"fec0::1", 5900, verdict::bad_address, "site-local"},
             {"10.1.2.3", 5900, verdict::bad_address, "ours"},
             {"2001:470::7", 5900, verdict::bad_address, "ours"},
         }) {
        EXPECT_EQ(judged({}, r.address, r.port), r.expected) << r.address << ' ' << r.why;
    }
}

TEST(Mode1, Ipv4InsideIpv6IsJudgedAsIpv4) {
    for (const auto* address : {
             "::ffff:127.0.0.1",
             "::ffff:10.1.2.3",
             "::127.0.0.1",
             "64:ff9b::7f00:1",
             "64:ff9b:1::7f00:1",
             "2002:7f00:1::",
             "2002:a01:203::1",
             "2001:0:4136:e378:8000:63bf:80ff:fffe", // Teredo, whose client is 127.0.0.1
             "2001:0:7f00:1:8000:63bf:3f57:fef8",    // Teredo, whose server is 127.0.0.1
             "::ffff:0:127.0.0.1",
             "::ffff:0:10.1.2.3",
             "64:ff9b:1:7f00:0:100::",          // behind a prefix of 48 bits
             "64:ff9b:1:7f00:0:100:dead:beef",  // ... with something in the padding
             "64:ff9b:1:aa7f:0:1::",            // 56
             "64:ff9b:1:aaaa:7f:0:100:0",       // 64
             "64:ff9b:1:aaaa:bbbb:cccc:7f00:1", // 96
             "64:ff9b:1:a01:2:300::",           // 10.1.2.3
             "64:ff9b:1::",                     // nothing but zeros
             "2600::5efe:7f00:1",
             "2600::200:5efe:10.1.2.3", // ISATAP
         }) {
        EXPECT_EQ(judged({}, address, 5900), verdict::bad_address) << address;
    }
    for (const auto* address : {
             "::ffff:192.168.1.7",
             "::ffff:0:192.168.1.7",
             "2002:c0a8:107::1",
             "64:ff9b::192.168.1.7",
             "64:ff9b:1::192.168.1.7",
             "64:ff9b:1:c0a8:1:700::",
             "64:ff9b:1:aac0:a8:107::",
             "64:ff9b:1:aaaa:c0:a801:700:0",
             "2001:0:4136:e378:8000:63bf:3f57:fef8",
             "2600::5efe:192.168.1.7",
         }) {
        EXPECT_EQ(judged({}, address, 5900), verdict::allowed) << address;
    }
}

TEST(Mode1, OffRefusesAllAndAnyAllowsAll) {
    EXPECT_EQ(judged({mode1::off, {}, {}}, "192.168.1.7", 5900), verdict::off);
    EXPECT_EQ(judged({mode1::any, {}, {}}, "127.0.0.1", 22), verdict::trusted);
}

TEST(Mode1, WhatIsAllowedIsTrusted) {
    const mode1_policy policy{mode1::vnc, {parse_allow_rule("127.0.0.0/8:22-23").value()}, {}};
    EXPECT_EQ(judged(policy, "127.0.0.9", 22), verdict::trusted);
    EXPECT_EQ(judged(policy, "127.0.0.9", 24), verdict::bad_address);
    EXPECT_EQ(judged(policy, "128.0.0.9", 22), verdict::bad_port);
}

TEST(Mode1, AWideRuleDoesNotOpenTheWayToUs) {
    const mode1_policy wide{mode1::vnc,
                            {parse_allow_rule("0.0.0.0/0:1-65535").value(),
                             parse_allow_rule("10.0.0.0/8:5900").value(),
                             parse_allow_rule("inside:5900").value()},
                            {}};
    EXPECT_EQ(judged(wide, "8.8.8.8", 22), verdict::trusted);
    EXPECT_EQ(judged(wide, "127.0.0.1", 5900), verdict::bad_address);
    EXPECT_EQ(judged(wide, "10.1.2.3", 5900), verdict::bad_address) << "ours";
    EXPECT_EQ(judge(wide, "inside", {make_address("127.0.0.1"), 5900}, is_ours),
              verdict::bad_address);
    const mode1_policy exact{mode1::vnc, {parse_allow_rule("10.1.2.3:5900").value()}, {}};
    EXPECT_EQ(judged(exact, "10.1.2.3", 5900), verdict::trusted);
}

TEST(Mode1, ListAllowsNothingElse) {
    const mode1_policy policy{mode1::list, {parse_allow_rule("10.0.0.7:5900").value()}, {}};
    EXPECT_EQ(judged(policy, "10.0.0.7", 5900), verdict::trusted);
    EXPECT_EQ(judged(policy, "10.0.0.7", 5901), verdict::bad_address);
    EXPECT_EQ(judged(policy, "10.0.0.8", 5900), verdict::bad_address);
}

TEST(Mode1, DenyWinsInEveryMode) {
    for (const auto mode : {mode1::vnc, mode1::list, mode1::any}) {
        const mode1_policy policy{
            mode,
            {parse_allow_rule("10.0.0.0/8:5900-5999").value()},
            {parse_deny_rule("10.9.0.0/16").value(), parse_deny_rule("10.8.0.1:5901").value()}};
        EXPECT_EQ(judged(policy, "10.1.0.1", 5900), verdict::trusted);
        EXPECT_EQ(judged(policy, "10.9.0.1", 5900), verdict::bad_address);
        EXPECT_EQ(judged(policy, "10.8.0.1", 5901), verdict::bad_address);
        EXPECT_EQ(judged(policy, "10.8.0.1", 5900), verdict::trusted);
        EXPECT_EQ(judged(policy, "::ffff:10.9.0.1", 5900), verdict::bad_address) << "mapped";
    }
}

TEST(Mode1, NamesAreComparedAsTheViewerWroteThem) {
    const mode1_policy policy{mode1::list,
                              {parse_allow_rule("Desk.Example:5901").value()},
                              {parse_deny_rule("bad.example").value()}};
    const asio::ip::tcp::endpoint at{make_address("10.0.0.7"), 5901};
    EXPECT_EQ(judge(policy, "desk.example", at, is_ours), verdict::trusted);
    EXPECT_EQ(judge(policy, "DESK.example", at, is_ours), verdict::trusted);
    EXPECT_EQ(judge(policy, "10.0.0.7", at, is_ours), verdict::bad_address);
    EXPECT_EQ(judge(policy, "desk.example.", at, is_ours), verdict::trusted);
    for (const auto* name : {"Bad.Example", "bad.example."}) {
        EXPECT_EQ(judge({mode1::any, {}, policy.deny}, name, at, is_ours), verdict::bad_address);
    }
}

TEST(Mode1, RulesAreReadStrictly) {
    const auto v6 = parse_allow_rule("[2001:db8:7::]/48:5900-5910");
    ASSERT_TRUE(v6);
    EXPECT_TRUE(v6->covers("", {make_address("2001:db8:7:ffff::1"), 5910}));
    EXPECT_FALSE(v6->covers("", {make_address("2001:db8:8::1"), 5910}));
    EXPECT_FALSE(v6->covers("", {make_address("2001:db8:7::1"), 5911}));
    EXPECT_TRUE(
        parse_allow_rule("2001:db8::1:5900")->covers("", {make_address("2001:db8::1"), 5900}));
    EXPECT_TRUE(parse_allow_rule("0.0.0.0/0:1-65535")->covers("", {make_address("9.9.9.9"), 1}));
    for (const auto* bad :
         {"", "10.0.0.0/8", "10.0.0.0/33:5900", "10.0.0.0/8:", "10.0.0.0/8:0", "10.0.0.0/8:70000",
          "10.0.0.0/8:20-10", "10.0.0/8:1", "host", "10.0.0.300:5900", "10.0.0.0/x:1",
          "10.0.0.0/8:1-", ":5900", "a b:5900"}) {
        EXPECT_FALSE(parse_allow_rule(bad)) << bad;
    }
    EXPECT_TRUE(parse_deny_rule("2001:db8::/32")->covers("", {make_address("2001:db8::9"), 22}));
    EXPECT_TRUE(parse_deny_rule("10.0.0.7")->covers("", {make_address("10.0.0.7"), 65535}));
    for (const auto* bad : {"", "10.0.0.0/33", "10.0.0", "10.0.0.0/8:0", "a b"}) {
        EXPECT_FALSE(parse_deny_rule(bad)) << bad;
    }
}

} // namespace mode1_test
