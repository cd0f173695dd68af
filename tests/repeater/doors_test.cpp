// Viewers and servers that name no ID, at doors that do it for them.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/repeater/running_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace doors_test {

namespace {

using namespace repeater;
using support::bytes;
using support::bytes_of;
using support::joined;
using support::running_server;
using support::tcp_client;
using enum rfb::side;

constexpr auto version = "RFB 003.008\n";
constexpr auto gone = "The computer is not connected at the moment.";

class Doors : public testing::Test {
protected:
    void add(rfb::side side, const std::string& rest = "") {
        auto& all = side == viewer ? conf.doors : conf.server_doors;
        all.push_back(parse_door(side, "127.0.0.1:0=ID:lab7" + rest, conf.hello));
    }

    /// Somebody at the door of this side.
    [[nodiscard]] static tcp_client connect(running_server& repeater, rfb::side side) {
        for (std::size_t n = 1;; ++n) {
            const auto at = repeater.events.wait_for<event::listening>(n);
            if (at.id && at.side == side) {
                return tcp_client{at.at.port()};
            }
        }
    }

    static void expect_session(tcp_client& at_viewer, tcp_client& at_server) {
        expect_session_begins(at_viewer, at_server);
        at_server.send(bytes_of("to the viewer"));
        EXPECT_EQ(at_viewer.receive(13), bytes_of("to the viewer"));
    }

    static void expect_session_begins(tcp_client& at_viewer, tcp_client& at_server) {
        EXPECT_EQ(at_viewer.receive(12), bytes_of(version)) << "nothing else came before";
        at_viewer.send(bytes_of(version));
        EXPECT_EQ(at_server.receive(12), bytes_of(version));
    }

    /// What a viewer is told that gets no session.
    static void expect_words(tcp_client& viewer, const std::string& words) {
        EXPECT_EQ(viewer.receive(12), bytes_of(version));
        viewer.send(bytes_of(version));
        expect_refusal(viewer, words);
    }

    /// Behind both versions.
    static void expect_refusal(tcp_client& viewer, const std::string& words) {
        const auto size = static_cast<std::byte>(words.size());
        EXPECT_EQ(viewer.receive_until_eof(),
                  joined({bytes{{}, {}, {}, {}, size}, bytes_of(words)}));
    }

    config conf = support::loopback_config();
};

} // namespace

TEST_F(Doors, OfAViewerLeadsToTheServerThatWaits) {
    add(viewer);
    running_server repeater(conf);
    auto machine = repeater.wait_as(server, "ID:lab7", version);
    auto viewer_at_door = connect(repeater, viewer);
    expect_session(viewer_at_door, machine);
}

TEST_F(Doors, OfAServerGivesItAnId) {
    add(server);
    running_server repeater(conf);
    auto machine = connect(repeater, server);
    machine.send(bytes_of("RFB 003."));
    machine.send(bytes_of("008\n"));
    EXPECT_EQ(repeater.events.wait_for<event::waiting>().id.text(), "lab7");
    auto viewer_with_id = repeater.introduce(viewer, "ID:lab7");
    expect_session(viewer_with_id, machine);
}

TEST_F(Doors, MayLeadToEachOther) {
    add(viewer);
    add(server);
    running_server repeater(conf);
    auto machine = connect(repeater, server);
    machine.send(bytes_of(version));
    (void)repeater.events.wait_for<event::waiting>();
    auto viewer_at_door = connect(repeater, viewer);
    expect_session(viewer_at_door, machine);
}

TEST_F(Doors, LeadNobodyToAServerWhoIsNoViewer) {
    using reason = event::introduction_failed::reason;
    add(viewer);
    running_server repeater(conf);
    auto machine = repeater.wait_as(server, "ID:lab7", version);
    {
        auto scanner = connect(repeater, viewer);
        EXPECT_EQ(scanner.receive(12), bytes_of(version));
    }
    EXPECT_EQ(repeater.events.wait_for<event::probed>().how.why, reason::too_short);
    auto stranger = connect(repeater, viewer);
    stranger.send(bytes_of("GET / HTTP/1.1\r\n\r\n"));
    EXPECT_EQ(repeater.events.wait_for<event::introduction_failed>().why, reason::no_version);

    auto viewer_at_door = connect(repeater, viewer);
    expect_session(viewer_at_door, machine);
}

TEST_F(Doors, TellAViewerWhoseServerLeavesBeforeItAnswers) {
    add(viewer);
    running_server repeater(conf);
    std::optional machine = repeater.wait_as(server, "ID:lab7", version);
    auto viewer_at_door = connect(repeater, viewer);
    EXPECT_EQ(viewer_at_door.receive(12), bytes_of(version));
    machine.reset();
    (void)repeater.events.wait_for<event::left>();
    viewer_at_door.send(bytes_of(version));
    expect_refusal(viewer_at_door, gone);
}

TEST_F(Doors, AreHeldToThePoliciesOfTheirId) {
    conf.policies = {*parse_policy("lab7 require-security=VncAuth")};
    add(viewer);
    running_server repeater(conf);
    auto machine = repeater.wait_as(server, "ID:lab7", version);
    auto viewer_at_door = connect(repeater, viewer);
    expect_session_begins(viewer_at_door, machine);
    machine.send(bytes{std::byte{2}, std::byte{1}, std::byte{2}});
    EXPECT_EQ(viewer_at_door.receive(2), (bytes{std::byte{1}, std::byte{2}})) << "None is gone";
}

TEST_F(Doors, TellViewersAtOnceThatNoServerWaits) {
    add(viewer);
    running_server repeater(conf);
    auto first = connect(repeater, viewer);
    expect_words(first, gone);
    EXPECT_EQ(repeater.events.wait_for<event::refused>().why, event::refused::reason::alone);

    auto other = repeater.wait_as(viewer, "ID:lab7"); // a viewer with the ID is no server
    auto second = connect(repeater, viewer);
    expect_words(second, gone);
    auto machine = repeater.introduce(server, "ID:lab7", version);
    EXPECT_EQ(other.receive(12), bytes_of(version)) << "which has kept its place";
}

TEST_F(Doors, KeepOutWhoseAddressIsNotListed) {
    add(viewer, " from=192.0.2.0/24");
    add(server, " from=192.0.2.0/24");
    running_server repeater(conf);
    auto stranger = connect(repeater, viewer);
    EXPECT_EQ(stranger.receive_until_eof(), bytes{});
    auto machine = connect(repeater, server);
    EXPECT_EQ(machine.receive_until_eof(), bytes{});
    EXPECT_EQ(repeater.events.wait_for<event::refused>(2).why, event::refused::reason::address);
}

TEST_F(Doors, OfServersTakeNobodyElse) {
    using reason = event::introduction_failed::reason;
    add(server);
    running_server repeater(conf);
    std::size_t n = 0;
    for (const auto* const said : {"ID:lab7", "GET / HTTP/1.1\r\n\r\n", "RFX"}) {
        auto stranger = connect(repeater, server);
        stranger.send(bytes_of(said));
        const auto failed = repeater.events.wait_for<event::introduction_failed>(++n);
        EXPECT_EQ(failed.why, reason::no_version) << said;
        EXPECT_THAT(said, testing::StartsWith(failed.text));
        EXPECT_FALSE(failed.text.empty());
    }
    EXPECT_EQ(repeater.events.count<event::waiting>(), 0U);
}

TEST_F(Doors, OfServersWaitForAVersionOnlySoLong) {
    using reason = event::introduction_failed::reason;
    conf.limits.handshake = std::chrono::milliseconds(100);
    add(server);
    running_server repeater(conf);
    auto slow = connect(repeater, server);
    slow.send(bytes_of("RFB 003"));
    EXPECT_EQ(repeater.events.wait_for<event::introduction_failed>().why, reason::timed_out);
}

} // namespace doors_test
