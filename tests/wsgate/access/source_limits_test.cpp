// How many connections, handshakes and sessions a source may have, and all sources together.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/source_limits.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace source_limits_test {

namespace {

using namespace std::chrono_literals;
using wsgate::limit;
using wsgate::source_limits;
using connection = source_limits::connection_place;
using session = source_limits::session_place;
namespace asio = boost::asio;

const source_limits::time_point start = source_limits::time_point{} + 1h;
const auto a = asio::ip::make_address("192.0.2.1");
const auto b = asio::ip::make_address("192.0.2.2");
const auto loopback = asio::ip::make_address("127.0.0.1");

wsgate::limit_options without_rates() {
    wsgate::limit_options o;
    o.connecting = {};
    o.upgrading = {};
    return o;
}

/// Nothing where the connection was let in; it is kept then.
std::optional<limit> come(source_limits& l, const wsgate::limit_options& o,
                          const source_limits::source& from, std::vector<connection>& here,
                          source_limits::time_point now = start) {
    auto got = l.enter(o, from, now);
    if (const auto* const why = std::get_if<limit>(&got)) {
        return *why;
    }
    here.push_back(std::move(std::get<connection>(got)));
    return std::nullopt;
}

/// The same of sessions.
std::optional<limit> open(source_limits& l, const wsgate::limit_options& o,
                          const source_limits::source& client, std::vector<session>& here,
                          source_limits::time_point now = start) {
    auto got = l.begin_session(o, client, now);
    if (const auto* const why = std::get_if<limit>(&got)) {
        return *why;
    }
    here.push_back(std::move(std::get<session>(got)));
    return std::nullopt;
}

/// How many come until a limit forbids the next, which must be this one.
int admitted(source_limits& l, const wsgate::limit_options& o, const source_limits::source& from,
             std::vector<connection>& here, limit last) {
    for (int n = 0;; ++n) {
        if (const auto why = come(l, o, from, here)) {
            EXPECT_EQ(*why, last);
            return n;
        }
        l.has_asked(here.back());
    }
}

} // namespace

TEST(GatewaySources, ConnectAsOftenAsTheirRateSays) {
    wsgate::limit_options o;
    source_limits l;
    std::vector<connection> here;
    int mine = 0;
    for (auto now = start; now < start + 10s; now += 1ms) {
        mine += come(l, o, a, here, now) ? 0 : 1;
        here.clear();
    }
    EXPECT_EQ(mine, 300 + 499);
    EXPECT_FALSE(come(l, o, b, here, start + 10s)) << "another source has its own";
}

TEST(GatewaySources, HaveSoManyConnectionsAndHandshakes) {
    const auto o = without_rates();
    source_limits l;
    std::vector<connection> here;
    for (int i = 0; i < 128; ++i) {
        ASSERT_FALSE(come(l, o, a, here)) << i;
    }
    EXPECT_EQ(come(l, o, a, here), limit::source_handshakes);
    for (auto& each : here) {
        l.has_asked(each);
        l.has_asked(each); // a second request changes nothing
    }
    EXPECT_EQ(admitted(l, o, a, here, limit::source_connections), 512 - 128);
    EXPECT_FALSE(come(l, o, b, here));
    here.clear();
    EXPECT_EQ(l.connections(), 0U);
    EXPECT_EQ(admitted(l, o, a, here, limit::source_connections), 512) << "all are given back";
}

TEST(GatewaySources, OnThisMachineHaveTheLimitsForAllOnly) {
    auto o = without_rates();
    o.connections = 600;
    source_limits l;
    std::vector<connection> here;
    EXPECT_EQ(admitted(l, o, loopback, here, limit::connections), 600);
    EXPECT_EQ(come(l, o, a, here), limit::connections);
    here.clear();
    o.exempt.clear();
    EXPECT_EQ(admitted(l, o, loopback, here, limit::source_connections), 512);
}

TEST(GatewaySources, BehindABalancerAreThoseThatItNames) {
    auto o = without_rates();
    o.connections_of_source = 2;
    source_limits l;
    std::vector<connection> here;
    for (int i = 0; i < 3; ++i) {
        ASSERT_FALSE(come(l, o, std::nullopt, here));
    }
    EXPECT_FALSE(l.identify(here[0], o, a, start));
    EXPECT_FALSE(l.identify(here[1], o, a, start));
    EXPECT_EQ(l.identify(here[2], o, a, start), limit::source_connections);
    EXPECT_FALSE(l.identify(here[2], o, b, start));
    EXPECT_EQ(l.connections(), 3U);
}

TEST(GatewaySources, SessionsAreCountedInAllAndOfEachClient) {
    auto o = without_rates();
    o.sessions = {3, 2};
    source_limits l;
    std::vector<session> here;
    EXPECT_FALSE(open(l, o, a, here));
    EXPECT_FALSE(open(l, o, a, here));
    EXPECT_EQ(open(l, o, a, here), limit::source_sessions);
    EXPECT_FALSE(open(l, o, b, here));
    EXPECT_EQ(open(l, o, asio::ip::make_address("192.0.2.3"), here), limit::sessions);
    EXPECT_EQ(l.sessions(), 3U);
    here.erase(here.begin());
    EXPECT_FALSE(open(l, o, a, here)) << "one has gone";
    here.clear();
    EXPECT_EQ(l.sessions(), 0U);
    o.sessions = {3, 1};
    EXPECT_FALSE(open(l, o, loopback, here));
    EXPECT_EQ(open(l, o, loopback, here), limit::source_sessions) << "exempt from all but this";
    EXPECT_FALSE(open(l, o, std::nullopt, here));
    EXPECT_EQ(open(l, o, std::nullopt, here), limit::source_sessions) << "nobody is a client, too";
}

TEST(GatewaySources, OpenSessionsAsOftenAsTheirRateSays) {
    wsgate::limit_options o;
    o.sessions.all = 10'000;
    source_limits l;
    std::vector<session> here;
    int mine = 0;
    for (auto now = start; now < start + 10s; now += 1ms) {
        const auto why = open(l, o, a, here, now);
        mine += why ? 0 : 1;
        EXPECT_EQ(why.value_or(limit::upgrade_rate), limit::upgrade_rate);
        EXPECT_FALSE(open(l, o, loopback, here, now)) << "exempt";
        here.clear();
    }
    EXPECT_EQ(mine, 200 + 199);
    EXPECT_FALSE(open(l, o, b, here, start + 10s));
}

TEST(GatewaySources, ASessionTakesASecondDescriptor) {
    auto o = without_rates();
    o.connections = 4;
    source_limits l;
    std::vector<connection> here;
    std::vector<session> sessions;
    ASSERT_FALSE(come(l, o, a, here));
    ASSERT_FALSE(open(l, o, a, sessions));
    ASSERT_FALSE(come(l, o, a, here));
    ASSERT_FALSE(open(l, o, a, sessions));
    EXPECT_EQ(come(l, o, a, here), limit::connections);
    sessions.pop_back();
    EXPECT_FALSE(come(l, o, a, here));
    EXPECT_EQ(open(l, o, a, sessions), limit::connections);
}

TEST(GatewaySources, ThatAreTooManyForTheTableAreLetIn) {
    auto o = without_rates();
    o.connections_of_source = 1;
    source_limits l;
    std::vector<connection> here;
    const auto source = [](std::uint32_t n) { return asio::ip::make_address_v4(0x0a000000U + n); };
    for (std::uint32_t n = 0; n < net::source_rows; ++n) {
        ASSERT_FALSE(come(l, o, source(n), here));
    }
    EXPECT_EQ(come(l, o, source(7), here), limit::source_connections);
    EXPECT_FALSE(come(l, o, source(net::source_rows), here));
    EXPECT_FALSE(come(l, o, source(net::source_rows), here)) << "it has no row";
    here.clear();
    EXPECT_EQ(l.connections(), 0U);
}

} // namespace source_limits_test
