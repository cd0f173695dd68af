// The walk over a chain of proxies, and what names a request.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/client_address.hpp"
#include "wsgate/access/request_id.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace client_address_test {

namespace {

using wsgate::client_address;
using wsgate::parse_forwarded_address;
using wsgate::proxy_rules;
using wsgate::real_ip_header;
namespace asio = boost::asio;

std::string show(const std::optional<asio::ip::address>& a) {
    return a ? a->to_string() : "none";
}

proxy_rules rules(real_ip_header h) {
    proxy_rules r;
    r.header = h;
    r.trusted.push_back(*net::parse_address_range("10.0.0.0/8"));
    r.trusted.push_back(*net::parse_address_range("2001:db8:1::/48"));
    return r;
}

struct row {
    std::string peer; ///< empty: a Unix socket
    std::vector<std::string_view> fields;
    std::string client;
    std::string why;
};

void expect_rows(real_ip_header h, const std::vector<row>& table) {
    for (const auto& r : table) {
        const auto peer =
            r.peer.empty() ? std::nullopt : std::optional{asio::ip::make_address(r.peer)};
        EXPECT_EQ(show(client_address(rules(h), peer, r.fields)), r.client) << r.why;
    }
}

} // namespace

TEST(ForwardedAddress, UnderstandsPortsAndBrackets) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"192.0.2.7", "192.0.2.7"},
        {"192.0.2.7:4711", "192.0.2.7"},
        {"2001:db8::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:4711", "2001:db8::1"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"[::ffff:192.0.2.7]:1", "192.0.2.7"},
        {"", "none"},
        {"unknown", "none"},
        {"_hidden", "none"},
        {"host.example", "none"},
        {"192.0.2.7:", "none"},
        {"192.0.2.7:x", "none"},
        {"192.0.2.7:65536", "none"},
        {"192.0.2", "none"},
        {"0x7f.1", "none"},
        {"127.1", "none"},
        {"2130706433", "none"},
        {"192.0.2.7 ", "none"},
        {"[192.0.2.7]", "none"},
        {"[2001:db8::1", "none"},
        {"[2001:db8::1]4711", "none"},
        {"[2001:db8::1]:", "none"},
        {"fe80::1%eth0", "none"},
        {std::string{"192.0.2.7\0", 10}, "none"},
    };
    for (const auto& [text, expected] : table) {
        EXPECT_EQ(show(parse_forwarded_address(text)), expected) << text;
    }
}

TEST(ClientAddress, WalksXForwardedForFromTheRight) {
    expect_rows(
        real_ip_header::x_forwarded_for,
        {
            {"203.0.113.9", {"192.0.2.7"}, "203.0.113.9", "the peer is not trusted"},
            {"203.0.113.9", {}, "203.0.113.9", "nothing is told"},
            {"::ffff:203.0.113.9", {}, "203.0.113.9", "IPv4 on a socket of both families"},
            {"127.0.0.1", {}, "127.0.0.1", "a trusted peer that tells nothing"},
            {"127.0.0.1", {"192.0.2.7"}, "192.0.2.7", "one proxy"},
            {"::ffff:127.0.0.1", {"192.0.2.7"}, "192.0.2.7", "the same, mapped"},
            {"::1", {"2001:db8::5"}, "2001:db8::5", "IPv6"},
            {"127.0.0.1", {"192.0.2.66, 192.0.2.7"}, "192.0.2.7", "the left is invented"},
            {"127.0.0.1", {"192.0.2.66, 192.0.2.7,10.1.1.1"}, "192.0.2.7", "over a trusted one"},
            {"127.0.0.1", {"192.0.2.66", "192.0.2.7", "10.1.1.1"}, "192.0.2.7", "several fields"},
            {"127.0.0.1", {"10.1.1.2, 10.1.1.1"}, "10.1.1.2", "all trusted: the farthest"},
            {"127.0.0.1", {"192.0.2.7, junk, 10.1.1.1"}, "10.1.1.1", "stops at the last good one"},
            {"127.0.0.1", {"192.0.2.7, junk"}, "127.0.0.1", "the nearest is no address"},
            {"127.0.0.1", {"192.0.2.7,"}, "127.0.0.1", "nor is an empty one"},
            {"127.0.0.1", {""}, "127.0.0.1", "nor an empty field"},
            {"127.0.0.1", {"192.0.2.7", ""}, "127.0.0.1", "which ends the walk as well"},
            {"127.0.0.1", {"192.0.2.7:50123"}, "192.0.2.7", "a port"},
            {"127.0.0.1", {"[2001:db8::5]:1, [2001:db8:1::9]:2"}, "2001:db8::5", "brackets"},
            {"127.0.0.1", {"\t192.0.2.7 \t"}, "192.0.2.7", "blanks"},
            {"127.0.0.1", {"192.0.2.7, ::ffff:10.0.0.1"}, "192.0.2.7", "mapped and trusted"},
            {"", {"192.0.2.7"}, "192.0.2.7", "a Unix socket is trusted"},
            {"", {}, "none", "and may tell nothing"},
            {"", {"unknown"}, "none", "or nothing of use"},
        });
}

TEST(ClientAddress, TakesXRealIpAsItIs) {
    expect_rows(real_ip_header::x_real_ip,
                {
                    {"127.0.0.1", {"192.0.2.7"}, "192.0.2.7", "one"},
                    {"127.0.0.1", {"10.0.0.1"}, "10.0.0.1", "trusted or not"},
                    {"127.0.0.1", {"192.0.2.7", "192.0.2.8"}, "127.0.0.1", "two are none"},
                    {"127.0.0.1", {"192.0.2.7, 192.0.2.8"}, "127.0.0.1", "nor is a list one"},
                    {"127.0.0.1", {"junk"}, "127.0.0.1", "no address"},
                    {"203.0.113.9", {"192.0.2.7"}, "203.0.113.9", "the peer is not trusted"},
                });
}

TEST(ClientAddress, ReadsForwarded) {
    expect_rows(
        real_ip_header::forwarded,
        {
            {"127.0.0.1", {"for=192.0.2.60;proto=http;by=203.0.113.43"}, "192.0.2.60", "RFC 7239"},
            {"127.0.0.1", {"For=\"[2001:db8:cafe::17]:4711\""}, "2001:db8:cafe::17", "quoted"},
            {"127.0.0.1", {"for=192.0.2.43, for=198.51.100.17"}, "198.51.100.17", "from the right"},
            {"127.0.0.1", {"for=192.0.2.43, by=x;for=10.0.0.1"}, "192.0.2.43", "over a trusted"},
            {"127.0.0.1", {"for=192.0.2.43", "for=10.0.0.1"}, "192.0.2.43", "several fields"},
            {"127.0.0.1", {"for=_gazonk, for=10.0.0.1"}, "10.0.0.1", "a hidden one"},
            {"127.0.0.1", {"for=unknown"}, "127.0.0.1", "an unknown one"},
            {"127.0.0.1", {"proto=http"}, "127.0.0.1", "no `for`"},
            {"127.0.0.1", {"for=1.2.3.4;for=192.0.2.1"}, "127.0.0.1", "two"},
            {"127.0.0.1", {R"(for=1.2.3.4;host="x;for=9.9.9.9")"}, "1.2.3.4", "a quoted one"},
            {"127.0.0.1", {R"(host="\";for=9.9.9.9";for=1.2.3.4)"}, "1.2.3.4", "escapes in it"},
            {"127.0.0.1",
             {R"(for=192.0.2.1;host="a\", for=9.9.9.9;x=\"b")"},
             "192.0.2.1",
             "an escape and a comma in it"},
            {"127.0.0.1",
             {R"(host="a\", for=9.9.9.9;x=\"b";for=192.0.2.1)"},
             "192.0.2.1",
             "the same in front"},
            {"127.0.0.1", {R"(host="a\\", for=192.0.2.1)"}, "192.0.2.1", "an escaped escape"},
            {"127.0.0.1", {"for=\"x, for=192.0.2.1"}, "192.0.2.1", "an open quote stays left"},
            {"127.0.0.1", {"for=\", for=\"[2001:db8::5]\""}, "2001:db8::5", "and so does this"},
            {"127.0.0.1", {"for=\"192.0.2.1\\\""}, "127.0.0.1", "an escape is no address"},
            {"203.0.113.9", {"for=192.0.2.60"}, "203.0.113.9", "the peer is not trusted"},
        });
}

TEST(ClientAddress, OfAUnixSocketIsNotToldWhereNobodyIsTrusted) {
    proxy_rules nobody;
    nobody.trusted.clear();
    EXPECT_FALSE(nobody.trusts(std::nullopt));
    EXPECT_EQ(show(client_address(nobody, std::nullopt, {"192.0.2.7"})), "none");
}

TEST(RequestId, IsTakenWhereItIsSafe) {
    const std::vector<std::pair<std::string, bool>> table{
        {"a", true},
        {"0aZ._-", true},
        {std::string(64, 'x'), true},
        {std::string(65, 'x'), false},
        {"", false},
        {"a b", false},
        {"a\n", false},
        {"a/b", false},
        {"\xc3\xa4", false},
    };
    for (const auto& [text, good] : table) {
        EXPECT_EQ(wsgate::is_request_id(text), good) << text;
        EXPECT_EQ(wsgate::request_id(text, true) == text, good) << text;
        EXPECT_NE(wsgate::request_id(text, false), text);
    }
}

TEST(RequestId, IsMadeOfSixteenRandomDigits) {
    std::set<std::string> made;
    for (int i = 0; i < 100; ++i) {
        made.insert(wsgate::make_request_id());
    }
    EXPECT_EQ(made.size(), 100U);
    for (const auto& id : made) {
        EXPECT_EQ(id.size(), 16U);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    }
}

} // namespace client_address_test
