// Peers of several sources that name one ID: who takes whose place, and what that counts as.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "repeater/server.hpp"
#include "tests/repeater/running_server.hpp"

#include <gtest/gtest.h>

namespace replacing_test {

namespace {

using namespace repeater;
using boost::asio::ip::make_address;
using support::bytes_of;
using support::joined;
using support::padded;
using support::running_server;
using support::tcp_client;
using enum rfb::side;

/// Peers say by a PROXY header from where they come.
config behind_proxy() {
    auto c = support::loopback_config();
    c.proxy_from = {*net::parse_address_range("127.0.0.0/8")};
    return c;
}

tcp_client come(running_server& repeater, rfb::side side, const char* from, const char* id) {
    auto peer = repeater.connect(side);
    const net::proxy_header who{
        net::proxy_header::endpoints{{make_address(from), 4711}, {make_address("::1"), 5900}},
        {},
        {}};
    peer.send(joined({net::format_proxy_header(who, net::proxy_version::v2), padded(id, 250)}));
    if (side == viewer) {
        running_server::expect_greeting(peer);
    }
    return peer;
}

void expect_joined(tcp_client& a, tcp_client& b) {
    a.send(bytes_of("ping"));
    EXPECT_EQ(b.receive(4), bytes_of("ping"));
}

} // namespace

TEST(Replacing, StrangersTakeAPlaceThreeTimesAndThenNoMore) {
    running_server repeater(behind_proxy());
    auto machine = come(repeater, server, "192.0.2.1", "ID:1");
    (void)repeater.events.wait_for<event::waiting>();
    auto waits = std::move(machine);
    for (std::size_t i = 1; i <= 3; ++i) {
        const auto from = "198.51.100." + std::to_string(i);
        auto next = come(repeater, server, from.c_str(), "ID:1");
        EXPECT_TRUE(waits.is_closed_by_peer());
        (void)repeater.events.wait_for<event::waiting>(i + 1);
        waits = std::move(next);
    }
    auto fourth = come(repeater, server, "198.51.100.4", "ID:1");
    EXPECT_TRUE(fourth.is_closed_by_peer());
    const auto told = repeater.events.wait_for<event::id_conflict>();
    EXPECT_EQ(told.refused_for, std::chrono::seconds(300));
    EXPECT_EQ(repeater.events.wait_for<event::refused>().why, event::refused::reason::conflict);
    auto fifth = come(repeater, server, "203.0.113.1", "ID:1");
    EXPECT_TRUE(fifth.is_closed_by_peer());
    (void)repeater.events.wait_for<event::refused>(2);
    EXPECT_EQ(repeater.events.count<event::id_conflict>(), 1U) << "told once";
    auto again = come(repeater, server, "192.0.2.1", "ID:1");
    EXPECT_TRUE(waits.is_closed_by_peer()) << "who waited first may come back";
    (void)repeater.events.wait_for<event::waiting>(5);
    auto viewing = come(repeater, viewer, "192.0.2.77", "ID:1");
    expect_joined(again, viewing);
    auto after_it = come(repeater, server, "203.0.113.1", "ID:1");
    (void)repeater.events.wait_for<event::waiting>(6);
    EXPECT_TRUE(after_it.is_quiet()) << "the place is free, whoever comes";
}

TEST(Replacing, AMachineMayDialAgainAsOftenAsItLikes) {
    running_server repeater(behind_proxy());
    std::vector<tcp_client> all;
    for (std::size_t i = 1; i <= 10; ++i) {
        all.push_back(come(repeater, server, "192.0.2.1", "ID:1"));
        (void)repeater.events.wait_for<event::waiting>(i);
    }
    EXPECT_EQ(repeater.events.count<event::replaced>(), 9U);
    EXPECT_EQ(repeater.events.count<event::id_conflict>(), 0U);
}

TEST(Replacing, ADeadOneIsReplacedByAnybody) {
    running_server repeater(behind_proxy());
    for (std::size_t i = 1; i <= 10; ++i) {
        const auto from = "192.0.2." + std::to_string(i);
        auto peer = come(repeater, server, from.c_str(), "ID:1");
        (void)repeater.events.wait_for<event::waiting>(i);
        peer.close(); // its address has changed
    }
    EXPECT_EQ(repeater.events.count<event::id_conflict>(), 0U);
}

TEST(Replacing, CountsAsTheNewcomersOwnPlace) {
    auto c = behind_proxy();
    c.source_limits.waiting_servers = {3, 2};
    running_server repeater(c);
    auto victim = come(repeater, server, "192.0.2.1", "ID:1");
    (void)repeater.events.wait_for<event::waiting>(1);
    auto one = come(repeater, server, "198.51.100.9", "ID:2");
    (void)repeater.events.wait_for<event::waiting>(2);
    auto two = come(repeater, server, "198.51.100.9", "ID:3");
    (void)repeater.events.wait_for<event::waiting>(3);
    auto third = come(repeater, server, "198.51.100.9", "ID:1");
    EXPECT_TRUE(third.is_closed_by_peer()) << "its source has two already";
    EXPECT_EQ(repeater.events.wait_for<event::limited>().what, limit::source_waiting);
    EXPECT_TRUE(victim.is_quiet());
    auto again = come(repeater, server, "198.51.100.9", "ID:3");
    EXPECT_TRUE(two.is_closed_by_peer()) << "its own place it may take";
    auto other = come(repeater, server, "203.0.113.1", "ID:1");
    EXPECT_TRUE(victim.is_closed_by_peer()) << "also where there is room for no more in all";
    EXPECT_TRUE(again.is_quiet());
}

TEST(Replacing, AViewerThatTakesAPlaceHasNamedAnIdThatNobodyWaitsFor) {
    auto c = behind_proxy();
    c.source_limits.wrong_ids = {1, std::chrono::hours(1), 2};
    c.source_limits.conflicts.replacements = {};
    running_server repeater(c);
    std::vector<tcp_client> all;
    for (const auto* const id : {"ID:1", "ID:2"}) {
        all.push_back(come(repeater, viewer, "192.0.2.1", id));
        (void)repeater.events.wait_for<event::waiting>(all.size());
    }
    auto elsewhere = come(repeater, viewer, "198.51.100.9", "ID:3");
    (void)repeater.events.wait_for<event::waiting>(3);
    auto guess = come(repeater, viewer, "192.0.2.1", "ID:3");
    EXPECT_TRUE(guess.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::limited>().what, limit::wrong_ids);
    EXPECT_TRUE(elsewhere.is_quiet());
}

} // namespace replacing_test
