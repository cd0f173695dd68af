// --id-policy with real peers: who meets, who is turned away, and that the answers are one.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/server.hpp"
#include "tests/repeater/running_server.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace id_policy_test {

namespace {

using namespace repeater;
using namespace std::chrono_literals;
using support::bytes_of;
using support::running_server;
using support::tcp_client;
using enum rfb::side;

const std::string key = "0123456789abcdef";

config with_keys(const std::vector<std::string>& keys) {
    auto c = support::loopback_config();
    c.ids.policy = id_policy::signed_id;
    c.admitted_ids = std::make_shared<const id_rules>(id_rules{id_policy::signed_id, {}, keys});
    return c;
}

config with_list(const std::vector<const char*>& all) {
    auto c = support::loopback_config();
    c.ids.policy = id_policy::list;
    id_rules rules{id_policy::list, {}, {}};
    for (const auto* const text : all) {
        rules.listed.insert(rfb::repeater_id::make(text).value());
    }
    c.admitted_ids = std::make_shared<const id_rules>(std::move(rules));
    return c;
}

/// Negative: it has expired so long ago.
std::string signed_for(std::chrono::seconds more, const char* name = "desk",
                       const std::string& by = key) {
    const auto end = static_cast<std::int64_t>(seconds_since_1970()) + more.count();
    return "ID:" + sign_id(by, {name, static_cast<std::uint64_t>(end)});
}

void expect_joined(tcp_client& a, tcp_client& b) {
    a.send(bytes_of("ping"));
    EXPECT_EQ(b.receive(4), bytes_of("ping"));
}

} // namespace

TEST(IdPolicy, SignedIdsOfOneNameMeetWhateverTheirExpiry) {
    running_server repeater(with_keys({key}));
    auto served = repeater.wait_as(server, signed_for(100s));
    auto viewing = repeater.introduce(viewer, signed_for(200s));
    expect_joined(served, viewing);
    EXPECT_EQ(repeater.events.wait_for<event::waiting>().id.text(), "desk");
}

TEST(IdPolicy, WhatIsNotAdmittedIsTurnedAwayAfterTheTimeOfRefusals) {
    auto c = with_keys({key});
    c.limits.refusal = 200ms;
    c.source_limits.waiting_viewers.all = 1;
    running_server repeater(c);
    auto waits = repeater.wait_as(viewer, signed_for(100s, "other"));
    for (const auto& named : {std::string{"ID:1234"}, signed_for(100s, "desk", "another key"),
                              signed_for(-100s), signed_for(100s, "full"), std::string{"ID:-"}}) {
        const auto began = std::chrono::steady_clock::now();
        auto refused = repeater.introduce(viewer, named);
        EXPECT_TRUE(refused.is_closed_by_peer()) << named;
        const auto took = std::chrono::steady_clock::now() - began;
        EXPECT_GE(took, 200ms) << named;
        EXPECT_LT(took, 2s) << named;
    }
    EXPECT_EQ(repeater.events.wait_for<event::id_refused>(1).why, id_fault::not_signed);
    EXPECT_EQ(repeater.events.wait_for<event::id_refused>(2).why, id_fault::wrong_signature);
    EXPECT_EQ(repeater.events.wait_for<event::id_refused>(3).why, id_fault::expired);
    EXPECT_EQ(repeater.events.wait_for<event::limited>().what, limit::waiting);
}

TEST(IdPolicy, WhoExpiresWhileItWaitsMeetsNobody) {
    running_server repeater(with_keys({key}));
    // Two seconds before the end of the minute that differing clocks are given.
    auto old_server = repeater.wait_as(server, signed_for(-58s));
    std::this_thread::sleep_for(2100ms);
    auto viewer_peer = repeater.introduce(viewer, signed_for(100s));
    EXPECT_TRUE(old_server.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::id_lapsed>().why, id_fault::expired);
    (void)repeater.events.wait_for<event::waiting>(2);
    auto new_server = repeater.introduce(server, signed_for(100s));
    expect_joined(new_server, viewer_peer);
}

TEST(IdPolicy, AReloadHoldsForThoseWhoWaitAsWell) {
    running_server repeater(with_list({"a", "b"}));
    auto a = repeater.wait_as(server, "ID:a");
    auto b = repeater.wait_as(server, "ID:b");
    repeater.configure(with_list({"b"}));
    auto for_a = repeater.introduce(viewer, "ID:a");
    EXPECT_TRUE(for_a.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::id_refused>().why, id_fault::unknown);
    auto for_b = repeater.introduce(viewer, "ID:b");
    expect_joined(b, for_b);
    repeater.configure(with_keys({key}));
    auto same_name = repeater.introduce(viewer, signed_for(100s, "a"));
    EXPECT_TRUE(a.is_closed_by_peer()) << "it was never signed";
    EXPECT_EQ(repeater.events.wait_for<event::id_lapsed>().why, id_fault::not_signed);
}

TEST(IdPolicy, AKeyThatIsTakenAwayIsGoodForNobodyWhoWaits) {
    running_server repeater(with_keys({"the current key!", key}));
    auto early = repeater.wait_as(server, signed_for(100s));
    repeater.configure(with_keys({"the current key!"}));
    auto late = repeater.introduce(viewer, signed_for(100s, "desk", "the current key!"));
    EXPECT_TRUE(early.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::id_lapsed>().why, id_fault::wrong_signature);
    EXPECT_TRUE(late.is_quiet());
}

TEST(IdPolicy, ExplainsEachRefusalInTheSameWords) {
    auto c = with_list({"full", "a"});
    c.explain = true;
    c.source_limits.waiting_viewers.all = 1;
    running_server repeater(c);
    auto waits = repeater.wait_as(viewer, "ID:a");
    for (const auto* const named : {"ID:unknown", "ID:full", "ID:-"}) {
        auto refused = repeater.introduce(viewer, named);
        EXPECT_EQ(refused.receive(12), bytes_of("RFB 003.008\n")) << named;
        refused.send(bytes_of("RFB 003.008\n"));
        const std::string words{"There is no session for this ID at the moment."};
        std::string expected{"\0\0\0\0\0", 5};
        expected[4] = static_cast<char>(words.size());
        EXPECT_EQ(refused.receive(5 + words.size()), bytes_of(expected + words)) << named;
    }
}

TEST(IdPolicy, AStopDoesNotWaitForRefusals) {
    auto c = with_list({});
    c.limits.refusal = 1h;
    running_server repeater(c);
    auto refused = repeater.introduce(server, "ID:a", "RFB 003.008\n");
    (void)repeater.events.wait_for<event::id_refused>();
    EXPECT_TRUE(refused.is_quiet());
    repeater.stop();
    EXPECT_TRUE(refused.receive_until_eof().empty());
}

TEST(IdPolicy, WrongIdsOfServersAreGuessesToo) {
    auto c = with_list({"a"});
    c.source_limits.exempt.clear();
    c.source_limits.wrong_ids = {1, 1h, 3};
    running_server repeater(c);
    auto was_there = repeater.connect(server);
    for (const auto* const guess : {"ID:1", "ID:1", "ID:2", "ID:3", "ID:4"}) {
        auto refused = repeater.introduce(server, guess);
        EXPECT_TRUE(refused.is_closed_by_peer());
    }
    EXPECT_EQ(repeater.events.wait_for<event::limited>().what, limit::wrong_ids);
    auto banned = repeater.connect(server);
    EXPECT_TRUE(banned.is_closed_by_peer());
    was_there.send(support::padded("ID:a", 250));
    EXPECT_TRUE(was_there.is_closed_by_peer()) << "it would learn that this one is right";
}

TEST(Refusals, ThereAreSoManyAtATime) {
    auto c = with_list({});
    c.limits.refusal = 1h;
    c.source_limits.connecting = {};
    running_server repeater(c);
    auto first = repeater.introduce(server, "ID:a");
    std::vector<tcp_client> others;
    for (std::size_t i = 1; i < refusals::most; ++i) {
        others.push_back(repeater.introduce(server, "ID:a"));
    }
    (void)repeater.events.wait_for<event::id_refused>(refusals::most);
    EXPECT_TRUE(first.is_quiet());
    auto last = repeater.introduce(server, "ID:a");
    EXPECT_TRUE(first.is_closed_by_peer()) << "the oldest goes";
    EXPECT_TRUE(last.is_quiet());
    EXPECT_TRUE(others.front().is_quiet());
}

} // namespace id_policy_test
