// Mode I: texts and where they lead.                                       repeater spec 2.5
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/destination.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace destination_test {

// "<host> <port>", with " display <n>" where there is one; or the error's name.
std::string describe(const rfb::result<rfb::destination>& to) {
    if (!to) {
        return to.error() == rfb::error::empty_destination   ? "empty"
               : to.error() == rfb::error::bad_destination   ? "bad"
               : to.error() == rfb::error::port_out_of_range ? "range"
                                                             : to.error().message();
    }
    return to->host + ' ' + std::to_string(to->port) +
           (to->display ? " display " + std::to_string(*to->display) : "");
}

struct row {
    std::string_view text;
    std::string_view expected;
    std::string_view why;
};

void check(std::span<const row> rows) {
    for (const auto& r : rows) {
        EXPECT_EQ(describe(rfb::parse_destination(r.text)), r.expected)
            << "'" << r.text << "': " << r.why;
    }
}

TEST(Destination, FollowsTheSpecRowByRow) {
    constexpr row rows[] = {
        {"127.0.0.1:39963", "127.0.0.1 39963", "host:port"},
        {"127.0.0.1:39963    ", "127.0.0.1 39963", "padded with spaces"},
        {"127.0.0.1:39963\n", "127.0.0.1 39963", "newline, then NULs"},
        {"127.0.0.1:39963 ", "127.0.0.1 39963", "unlike the Perl, which keeps this space"},
        {"127.0.0.1::39963", "127.0.0.1 39963", "unlike the Perl, which takes 127.0.0.1: as host"},
        {"127.0.0.1:105499", "range", "unlike the Perl, which dials it modulo 65536"},
        {"127.0.0.1:39963:7", "bad", "unlike the Perl, which logs one port and dials another"},
        {"127.0.0.1:-39963", "bad", "never a port in the Perl either"},
        {"::1:35091", "::1 35091", "bare IPv6, last colon"},
        {"[::1]:35091", "::1 35091", "IPv6 in brackets"},
        {"host", "host 5900", "no number"},
        {"", "empty", "unlike the Perl, which starts a bogus session"},
    };
    check(rows);
}

TEST(Destination, SmallNumbersAreDisplays) {
    constexpr row rows[] = {
        {"h:0", "h 5900 display 0", "spec: 0 -> 5900"},
        {"h:5", "h 5905 display 5", "spec: 5 -> 5905"},
        {"h:199", "h 6099 display 199", "spec: the last display"},
        {"h:200", "h 200", "spec: the first port"},
        {"h:005", "h 5905 display 5", "leading zeros"},
        {"h:0005901", "h 5901", "leading zeros"},
        {"h::5", "h 5", "behind :: it is always a port"},
        {"h::199", "h 199", "behind :: it is always a port"},
        {"h::5901", "h 5901", "host::port"},
        {"[::1]:5", "::1 5905 display 5", "in brackets the same"},
        {"[::1]::5", "::1 5", "in brackets the same"},
        {"::1:5", "::1 5905 display 5", "and bare"},
    };
    check(rows);
}

TEST(Destination, PortsAreInRange) {
    constexpr row rows[] = {
        {"h:65535", "h 65535", "the last port"},
        {"h:65536", "range", "one too many"},
        {"h::65535", "h 65535", "the last port"},
        {"h::65536", "range", "one too many"},
        {"h::0", "range", "no port to dial"},
        {"[::1]::0", "range", "no port to dial"},
        {"h:4294973197", "range", "5901 modulo 2^32"},
        {"h:18446744073709557517", "range", "5901 modulo 2^64"},
        {"h:99999999999999999999999999999999999999", "range", "longer than any integer"},
    };
    check(rows);
}

TEST(Destination, NumbersAreDigitsOnly) {
    constexpr row rows[] = {
        {"h:", "bad", "colon and nothing"},
        {"h::", "bad", "colons and nothing"},
        {"h:x", "bad", ""},
        {"h:5901x", "bad", ""},
        {"h:+5901", "bad", ""},
        {"h:-1", "bad", ""},
        {"h::-1", "bad", ""},
        {"h:0x1f", "bad", ""},
        {"h:5 901", "bad", "blank inside"},
        {"h: 5901", "bad", "blank inside"},
        {"h:::5901", "bad", "three colons"},
    };
    check(rows);
}

TEST(Destination, TheHostIsNeverEmptyNorStrange) {
    constexpr row rows[] = {
        {" \t\r\n\v\f", "empty", "blanks only"},
        {":5901", "empty", "no host"},
        {"::59010", "empty", "no host; five digits are no part of an address"},
        {":", "bad", ""},
        {" h:5 ", "h 5905 display 5", "blanks around are ignored"},
        {"\r\nh\r\n", "h 5900", "newlines around are ignored"},
        {"a b", "bad", "blank inside"},
        {"a\tb:5901", "bad", "blank inside"},
        {"a\nb", "bad", "newline inside: a forged log line"},
        {{"a\0b", 3}, "bad", "the caller cuts at the NUL"},
        {{"::1\0x", 5}, "bad", "an address with something behind it"},
        {"a\x1b[0m", "bad", "escape"},
        {"a\x7f", "bad", "delete"},
        {"m\xc3\xbcller:5", "m\xc3\xbcller 5905 display 5", "names are the resolver's business"},
        {"2130706433", "2130706433 5900", "what it is gets decided when it is resolved"},
        {"XID:5", "XID 5905 display 5", "only ID: is special, and not here"},
    };
    check(rows);
}

TEST(Destination, BracketsHoldAnIpv6Address) {
    constexpr row rows[] = {
        {"[::1]", "::1 5900", ""},
        {"[2001:db8::1]:5901", "2001:db8::1 5901", ""},
        {"[2001:db8::1]::5901", "2001:db8::1 5901", ""},
        {"[::ffff:192.0.2.1]:5901", "::ffff:192.0.2.1 5901", ""},
        {"[::1", "bad", "not closed"},
        {"[]", "bad", "empty"},
        {"[]:5901", "bad", "empty"},
        {"[", "bad", ""},
        {"]", "bad", ""},
        {"[host]:5901", "bad", "not an address"},
        {"[127.0.0.1]:5901", "bad", "not IPv6"},
        {"[::1]5901", "bad", "no colon"},
        {"[::1]:", "bad", "no number"},
        {"[::1]:::5", "bad", "three colons"},
        {"[::1]:5:6", "bad", "two numbers"},
        {"[[::1]]:5", "bad", ""},
        {"::1]:5", "bad", "not opened"},
        {"a[::1]:5", "bad", ""},
        {"a]:5", "bad", ""},
        {"[fe80::1%eth0]:5", "bad", "zones are not for peers to name"},
    };
    check(rows);
}

TEST(Destination, BareIpv6SplitsAtTheLastColonIfTheRestIsAnAddress) {
    constexpr row rows[] = {
        {"2001:db8::1:5901", "2001:db8::1 5901", "what viewers send: literal, colon, port"},
        {"2001:db8::1:5", "2001:db8::1 5905 display 5", "as in the Perl"},
        {"2001:db8:0:0:0:0:0:1:5901", "2001:db8:0:0:0:0:0:1 5901", "nine groups"},
        {"::ffff:192.0.2.1:5901", "::ffff:192.0.2.1 5901", ""},
        {"::1", "::1 5900", "':' is no address, so all of it is"},
        {"::", ":: 5900", ""},
        {"::5901", "::5901 5900", ""},
        {"2001:db8::1", "2001:db8::1 5900", "'2001:db8:' is no address"},
        {"fd00::1", "fd00::1 5900", "an address before host::port"},
        {"cafe::5901", "cafe::5901 5900", "the same; cafe:5901 names the host"},
        {"2001:db8:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:1 5900", "seven groups are no address"},
        {"2001:db8::1:abcd", "2001:db8::1:abcd 5900", "not a number"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1 5900", ""},
        {"fe80::12345", "fe80 12345", "host::port, since it is no address"},
        {"2001:db8::1::5901", "2001:db8::1 5901", "address::port"},
        {"2001:db8::1:70000", "range", ""},
        {"2001:db8:5901", "bad", "too short for an address"},
        {"1:2:3:4:5:6:7:8:9:5901", "bad", "too long"},
        {"fe80::1%eth0:5", "bad", "zones are not for peers to name"},
    };
    check(rows);
}

} // namespace destination_test
