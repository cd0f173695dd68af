// Mode II over real sockets: hellos, pairing, waiting, stopping.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/server.hpp"
#include "tests/repeater/running_server.hpp"

#include <gtest/gtest.h>

namespace session_test {

namespace {

using namespace repeater;
using support::bytes_of;
using support::padded;
using support::running_server;
using support::tcp_client;
using enum rfb::side;

/// What one peer sends reaches the other, both ways.
void expect_joined(tcp_client& a, tcp_client& b) {
    a.send(bytes_of("ping"));
    EXPECT_EQ(b.receive(4), bytes_of("ping"));
    b.send(bytes_of("pong"));
    EXPECT_EQ(a.receive(4), bytes_of("pong"));
}

config with(duplicate_policy policy) {
    auto c = support::loopback_config();
    c.duplicates = policy;
    return c;
}

} // namespace

TEST(Session, ViewerMeetsAWaitingServer) {
    running_server repeater;
    auto server = repeater.wait_as(rfb::side::server, "ID:1", "RFB 003.008\n");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    expect_joined(viewer, server);
}

TEST(Session, ServerMeetsAWaitingViewer) {
    running_server repeater;
    auto viewer = repeater.wait_as(rfb::side::viewer, "ID:1", "early");
    auto server = repeater.introduce(rfb::side::server, "ID:1", "RFB 003.008\n");
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    EXPECT_EQ(server.receive(5), bytes_of("early"));
    expect_joined(viewer, server);
}

TEST(Session, TheGreetingComesBeforeAnythingIsRead) {
    running_server repeater;
    auto viewer = repeater.connect(rfb::side::viewer);
    running_server::expect_greeting(viewer);
    auto server = repeater.connect(rfb::side::server);
    viewer.send(padded("ID:1", 250));
    server.send(padded("ID:1", 250));
    expect_joined(viewer, server);
}

TEST(Session, WithoutGreetingTheViewerGetsTheServersFirstByte) {
    auto c = support::loopback_config();
    c.greet_viewers = false;
    running_server repeater(c);
    auto viewer = repeater.wait_as(rfb::side::viewer, "ID:1");
    auto server = repeater.introduce(rfb::side::server, "ID:1", "x");
    EXPECT_EQ(viewer.receive(1), bytes_of("x"));
}

// A first write of 303 bytes, 250 of them the hello block, cut into two segments everywhere.
TEST(Session, EveryCutOfTheFirstWriteGivesTheSameStreams) {
    running_server repeater;
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        for (std::size_t cut = 1; cut < 303; ++cut) {
            SCOPED_TRACE(testing::Message() << to_string(side) << " cut at " << cut);
            const auto id = "ID:" + std::string{to_string(side)} + std::to_string(cut);
            auto first_write = padded(id, 250);
            const auto early = bytes_of("01234567890123456789012345678901234567890123456789end");
            first_write.insert(first_write.end(), early.begin(), early.end());
            ASSERT_EQ(first_write.size(), 303U);

            auto cut_peer = repeater.connect(side);
            cut_peer.send(std::span(first_write).first(cut));
            cut_peer.wait_until_delivered();
            cut_peer.send(std::span(first_write).subspan(cut));
            auto partner = repeater.introduce(rfb::other(side), id);
            EXPECT_EQ(partner.receive(early.size()), early);
            if (side == rfb::side::viewer) {
                running_server::expect_greeting(cut_peer);
            }
            expect_joined(cut_peer, partner);
        }
    }
}

TEST(Session, TheHelloMayComeByteByByte) {
    running_server repeater;
    auto server = repeater.connect(rfb::side::server);
    const auto hello = padded("ID:1", 250);
    for (const auto& byte : hello) {
        server.send({&byte, 1});
        server.wait_until_delivered();
    }
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
}

TEST(Session, SilentPeersDelayNobody) {
    running_server repeater; // handshake limit 10 s
    std::vector<tcp_client> silent;
    for (int i = 0; i < 20; ++i) {
        silent.push_back(repeater.connect(rfb::side::viewer));
        silent.push_back(repeater.connect(rfb::side::server));
    }
    auto server = repeater.introduce(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    EXPECT_EQ(repeater.events.count<event::introduction_failed>(), 0U)
        << "the pair met while all silent peers were still there";
}

TEST(Session, TheHandshakeLimitIsAbsolute) {
    auto c = support::loopback_config();
    c.limits.handshake = std::chrono::milliseconds(60);
    running_server repeater(c);
    auto trickler = repeater.connect(rfb::side::server);
    // Trickled bytes do not move the limit: at some byte the connection is closed.
    bool cut_off = false;
    const auto hello = padded("ID:" + std::string(247, 'x'), 250);
    for (std::size_t i = 0; i < 200 && !cut_off; ++i) {
        pollfd p{trickler.native_handle(), POLLIN, 0};
        cut_off = ::poll(&p, 1, 2) == 1;
        if (!cut_off) {
            trickler.send(std::span(hello).subspan(i, 1));
        }
    }
    EXPECT_TRUE(cut_off);
    const auto failed = repeater.events.wait_for<event::introduction_failed>();
    EXPECT_EQ(failed.why, event::introduction_failed::reason::timed_out);
    EXPECT_GT(failed.got, 0U);
}

TEST(Session, AShortHelloIsClosedWithItsReason) {
    running_server repeater;
    auto server = repeater.connect(rfb::side::server);
    server.send(bytes_of("ID:1"));
    server.finish_sending();
    EXPECT_TRUE(server.is_closed_by_peer());
    const auto failed = repeater.events.wait_for<event::introduction_failed>();
    EXPECT_EQ(failed.why, event::introduction_failed::reason::too_short);
    EXPECT_EQ(failed.got, 4U);
    EXPECT_EQ(failed.size, 250U);
}

TEST(Session, AShortBlockIsTakenAtTheLimitOnceItsTextIsEnded) {
    auto c = support::loopback_config();
    c.limits.handshake = std::chrono::milliseconds(200);
    running_server repeater(c);
    auto server = repeater.connect(rfb::side::server);
    server.send(bytes_of("ID:1\nRFB 003.008\n"));
    (void)repeater.events.wait_for<event::waiting>();
    auto viewer = repeater.connect(rfb::side::viewer);
    viewer.send(bytes_of(std::string_view("ID:1:5900\0", 10)));
    running_server::expect_greeting(viewer);
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    expect_joined(viewer, server);
    EXPECT_EQ(repeater.events.wait_for<event::short_hello>(2).got, 10U);
    EXPECT_EQ(repeater.events.count<event::introduction_failed>(), 0U);
}

TEST(Session, WhatMayBeHalfAnIdOrIsNoneIsNotTakenAtTheLimit) {
    auto c = support::loopback_config();
    c.limits.handshake = std::chrono::milliseconds(100);
    running_server repeater(c);
    const std::pair<std::string_view, rfb::first_bytes> rows[] = {
        {"ID:1", rfb::first_bytes::id},
        {"RFB 003.008\n", rfb::first_bytes::rfb_version},
        {"SSH-2.0-x\r\n", rfb::first_bytes::ssh},
        {"GET / HTTP/1.1\r\n\r\n", rfb::first_bytes::http}};
    std::size_t failures = 0;
    for (const auto& [text, came] : rows) {
        for (const auto side : {rfb::side::viewer, rfb::side::server}) {
            auto peer = repeater.connect(side);
            peer.send(bytes_of(text));
            const auto failed = repeater.events.wait_for<event::introduction_failed>(++failures);
            EXPECT_EQ(failed.why, event::introduction_failed::reason::timed_out) << text;
            EXPECT_EQ(failed.got, text.size());
            EXPECT_EQ(failed.came, came) << text;
        }
    }
    EXPECT_EQ(repeater.events.count<event::dialling>(), 0U);
    EXPECT_EQ(repeater.events.count<event::waiting>(), 0U);
}

TEST(Session, PortProbesAreCountedAndNotTold) {
    running_server repeater;
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        for (int i = 0; i < 4; ++i) {
            auto probe = repeater.connect(side);
            if (i % 2 == 0) {
                probe.reset();
            } else {
                probe.close();
            }
        }
    }
    (void)repeater.events.wait_for<event::probed>(2); // one of each side
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    EXPECT_EQ(repeater.events.count<event::probed>(), 2U);
    EXPECT_EQ(repeater.events.count<event::arrived>(), 2U) << "of the pair";
    EXPECT_EQ(repeater.events.count<event::introduction_failed>(), 0U);
}

TEST(Session, IdsThatDifferNeverMeet) {
    const std::pair<const char*, const char*> rows[] = {
        {"ID:ID:111", "ID:ID:222"},     {"ID:desk-1", "ID:desk-2"},
        {"ID:a.b", "ID:a.c"},           {"ID:desk", "ID:desk-2"},
        {"ID:desk one", "ID:desk two"}, {"ID:m\xc3\xbcl", "ID:m\xc3\xb6l"},
        {"ID:c:1", "ID:c:2"},           {"ID:a+b", "ID:a"},
        {"ID:a\nb", "ID:a\nc"}};
    running_server repeater;
    for (const auto& [one, other] : rows) {
        auto server = repeater.wait_as(rfb::side::server, one);
        auto stranger = repeater.introduce(rfb::side::viewer, other);
        EXPECT_TRUE(server.is_quiet()) << one << " and " << other;
        auto viewer = repeater.introduce(rfb::side::viewer, one);
        expect_joined(viewer, server);
    }
}

TEST(Session, APortBehindAnIdIsNoPartOfItAndTold) {
    running_server repeater;
    auto server = repeater.wait_as(rfb::side::server, "ID:ID:alpha");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:alpha:5900");
    expect_joined(viewer, server);
    EXPECT_EQ(repeater.events.wait_for<event::id_truncated>().ignored, ":5900");
    auto other = repeater.wait_as(rfb::side::server, "ID:alpha:1");
    auto refused = repeater.introduce(rfb::side::viewer, "ID:alpha:2");
    EXPECT_TRUE(refused.is_closed_by_peer());
    const auto told = repeater.events.wait_for<event::ports_differ>();
    EXPECT_EQ(told.newcomer_port + " " + told.partner_port, "2 1");
}

TEST(Session, BadIdsAreClosedAndDisturbNobody) {
    running_server repeater;
    auto waiting = repeater.wait_as(rfb::side::server, "ID:1");
    for (const auto* bad : {"ID:", "foo", "", "id:1", "\xff\xfe"}) {
        auto server = repeater.introduce(rfb::side::server, bad);
        EXPECT_TRUE(server.is_closed_by_peer()) << bad;
    }
    auto no_id = repeater.introduce(rfb::side::viewer, "ID:");
    EXPECT_TRUE(no_id.is_closed_by_peer()) << "noVNC without repeaterID";
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, waiting);
}

TEST(Session, AWaitingPeerThatIsResetFreesItsSlotAtOnce) {
    running_server repeater;
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        const auto before = repeater.events.count<event::left>();
        auto first = repeater.wait_as(side, "ID:1", "RFB 003.008\n");
        first.reset();
        const auto left = repeater.events.wait_for<event::left>(before + 1);
        EXPECT_EQ(left.peer.side, side);
        auto partner = repeater.wait_as(rfb::other(side), "ID:1");
        EXPECT_EQ(repeater.events.count<event::matched>(), 0U);
        partner.close();
        (void)repeater.events.wait_for<event::left>(before + 2);
    }
}

// Nothing waits between reset and arrival here: whichever the repeater sees first, no corpse is
// met.
TEST(Session, AResetPeerIsNeverPairedHoweverCloseTheRace) {
    running_server repeater;
    for (int i = 0; i < 200; ++i) {
        const auto id = "ID:" + std::to_string(i);
        auto corpse = repeater.wait_as(rfb::side::server, id, "RFB 003.008\n");
        corpse.reset();
        auto viewer = repeater.wait_as(rfb::side::viewer, id);
        EXPECT_TRUE(viewer.is_quiet());
    }
    EXPECT_EQ(repeater.events.count<event::matched>(), 0U);
}

TEST(Session, AWaitingPeerThatClosesFreesItsSlot) {
    running_server repeater;
    auto server = repeater.wait_as(rfb::side::server, "ID:1", "RFB 003.008\n");
    server.close();
    (void)repeater.events.wait_for<event::left>();
    auto viewer = repeater.wait_as(rfb::side::viewer, "ID:1");
    EXPECT_TRUE(viewer.is_quiet());
}

TEST(Session, EarlyBytesBeyondTheLimitStayInTheKernelAndArriveWhole) {
    running_server repeater; // keeps 1024
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    const auto early = padded("a lot", 100'000);
    server.send(early);
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    EXPECT_EQ(viewer.receive(early.size()), early);
    expect_joined(viewer, server);
}

TEST(Session, EndBehindUnreadEarlyBytesIsStillSeen) {
    running_server repeater;
    for (const bool politely : {true, false}) {
        const auto before = repeater.events.count<event::left>();
        auto server = repeater.wait_as(rfb::side::server, "ID:1");
        server.send(padded("a lot", 5000));
        server.wait_until_delivered();
        politely ? server.close() : server.reset();
        (void)repeater.events.wait_for<event::left>(before + 1);
    }
}

TEST(Session, TheNewerOfTwoReplacesTheOlder) {
    running_server repeater;
    auto older = repeater.wait_as(rfb::side::server, "ID:1");
    auto newer = repeater.wait_as(rfb::side::server, "ID:1");
    EXPECT_TRUE(older.is_closed_by_peer());
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, newer);
}

// What a server has sent already must not turn its end into a reset.
TEST(Session, WhoeverNoLongerWaitsIsClosedInOrder) {
    auto c = support::loopback_config();
    c.limits.server_wait = std::chrono::milliseconds(300);
    running_server repeater(c);
    const auto version = "RFB 003.008\n";
    auto replaced = repeater.wait_as(rfb::side::server, "ID:1", version);
    auto expired = repeater.wait_as(rfb::side::server, "ID:1", version);
    EXPECT_TRUE(replaced.receive_until_eof().empty());
    EXPECT_TRUE(expired.receive_until_eof().empty());
    auto dismissed = repeater.wait_as(rfb::side::server, "ID:2", version);
    repeater.drain();
    EXPECT_TRUE(dismissed.receive_until_eof().empty());
}

TEST(Session, WithRefuseTheOlderStays) {
    running_server repeater(with(duplicate_policy::refuse));
    auto older = repeater.wait_as(rfb::side::server, "ID:1");
    auto newer = repeater.introduce(rfb::side::server, "ID:1");
    EXPECT_TRUE(newer.is_closed_by_peer());
    (void)repeater.events.wait_for<event::refused>();
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, older);
}

TEST(Session, WithRefuseAResetPeerDoesNotLockItsIdOut) {
    running_server repeater(with(duplicate_policy::refuse));
    for (int i = 0; i < 50; ++i) {
        const auto id = "ID:" + std::to_string(i);
        auto corpse = repeater.wait_as(rfb::side::server, id);
        corpse.reset();
        auto owner = repeater.wait_as(rfb::side::server, id);
        EXPECT_TRUE(owner.is_quiet());
    }
    EXPECT_EQ(repeater.events.count<event::refused>(), 0U);
}

TEST(Session, WithQueueServersAreHandedOutInOrder) {
    running_server repeater(with(duplicate_policy::queue));
    auto first = repeater.wait_as(rfb::side::server, "ID:1", "1");
    auto second = repeater.wait_as(rfb::side::server, "ID:1", "2");
    auto a = repeater.introduce(rfb::side::viewer, "ID:1");
    EXPECT_EQ(a.receive(1), bytes_of("1"));
    auto b = repeater.introduce(rfb::side::viewer, "ID:1");
    EXPECT_EQ(b.receive(1), bytes_of("2"));
}

TEST(Session, ASecondViewerWaitsForTheNextServerAndLeavesTheLivePairAlone) {
    running_server repeater;
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    auto second_viewer = repeater.wait_as(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    auto second_server = repeater.introduce(rfb::side::server, "ID:1");
    expect_joined(second_viewer, second_server);
    expect_joined(viewer, server);
}

TEST(Session, WithExactIdsTextsThatDifferBehindABlankDoNotMeet) {
    auto c = support::loopback_config();
    c.hello.match = rfb::id_match::exact;
    running_server repeater(c);
    auto waiting = repeater.wait_as(rfb::side::server, "ID:desk");
    const std::pair<rfb::side, const char*> strangers[] = {{rfb::side::server, "ID:desk one"},
                                                           {rfb::side::viewer, "ID:desk two"}};
    for (const auto& [side, text] : strangers) {
        const auto before = repeater.events.count<event::introduction_failed>();
        auto stranger = repeater.introduce(side, text);
        EXPECT_TRUE(stranger.is_closed_by_peer()) << text;
        const auto failed = repeater.events.wait_for<event::introduction_failed>(before + 1);
        EXPECT_EQ(failed.why, event::introduction_failed::reason::not_understood);
        EXPECT_EQ(failed.error, rfb::error::text_behind_id);
        EXPECT_EQ(failed.text, text);
    }
    EXPECT_TRUE(waiting.is_quiet()) << "nobody has met it";
    EXPECT_EQ(repeater.events.count<event::matched>(), 0U);
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:desk:5900"); // libvncclient's form
    expect_joined(viewer, waiting);
}

TEST(Session, DrainClosesWhoWaitsAndLeavesLivePairsAlone) {
    running_server repeater;
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    auto waiting = repeater.wait_as(rfb::side::server, "ID:2");
    auto silent = repeater.connect(rfb::side::viewer);
    running_server::expect_greeting(silent);

    repeater.drain();
    EXPECT_TRUE(waiting.is_closed_by_peer());
    EXPECT_TRUE(silent.is_closed_by_peer());
    EXPECT_THROW((void)repeater.connect(rfb::side::viewer), std::system_error);
    expect_joined(viewer, server);
    viewer.close();
    EXPECT_TRUE(server.is_closed_by_peer());
    server.close();
    repeater.join();
}

TEST(Session, DrainEndsLivePairsWhenTheyHaveTheirTime) {
    auto c = support::loopback_config();
    c.limits.drain = std::chrono::milliseconds(50);
    running_server repeater(c);
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    repeater.drain();
    repeater.join();
    EXPECT_EQ(repeater.events.wait_for<event::drained_too_long>().live_pairs, 1U);
    const auto end = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(end.from_viewer.end, event::ended::how::stopped);
}

TEST(Session, DrainThatEndsInTimeSaysNothingOfItsLimit) {
    auto c = support::loopback_config();
    c.limits.drain = std::chrono::hours(1);
    running_server repeater(c);
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    repeater.drain();
    expect_joined(viewer, server);
    viewer.close();
    server.close();
    repeater.join();
    EXPECT_EQ(repeater.events.count<event::drained_too_long>(), 0U);
}

TEST(Session, ShowsWhoWaitsAndWhichPairsLive) {
    running_server repeater;
    auto waiting = repeater.wait_as(rfb::side::server, "ID:2");
    auto later = repeater.wait_as(rfb::side::viewer, "ID:3");
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    repeater.show_sessions();
    const auto head = repeater.events.wait_for<event::sessions>();
    EXPECT_EQ(head.waiting_servers, 1U);
    EXPECT_EQ(head.waiting_viewers, 1U);
    EXPECT_EQ(head.live_pairs, 1U);
    const auto first = repeater.events.wait_for<event::waits>(1);
    EXPECT_EQ(first.id.text(), "2") << "the oldest first";
    EXPECT_EQ(repeater.events.wait_for<event::waits>(2).id.text(), "3");
    const auto live = repeater.events.wait_for<event::carries>();
    EXPECT_EQ(to_string(live.met), "ID:1");
    EXPECT_EQ(live.viewer_to_server, 4U);
    EXPECT_EQ(live.server_to_viewer, 4U);
    EXPECT_EQ(live.viewer, repeater.events.wait_for<event::paired>().first.address);
    expect_joined(viewer, server);
}

TEST(Session, StopEndsLivePairs) {
    running_server repeater;
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    expect_joined(viewer, server);
    repeater.drain();
    repeater.stop();
    EXPECT_TRUE(server.is_closed_by_peer());
    EXPECT_TRUE(viewer.is_closed_by_peer());
    repeater.join();
    EXPECT_EQ(repeater.events.wait_for<event::ended>().from_viewer.end, event::ended::how::stopped);
}

// --- Help-Channel: how its viewers and machines speak (help desk spec 2; rules R1 and R2)

namespace {

config help_channel() {
    auto c = support::loopback_config();
    c.hello.match = rfb::id_match::raw;
    c.mode1.mode = mode1::off;
    return c;
}

const std::string code = "0123456789abcdef0123456789abcdef01234567"; // 40 hex digits

} // namespace

TEST(HelpChannel, EveryFormOfTheCodeMeetsTheMachine) {
    running_server repeater(help_channel());
    for (const auto& from_server : {"ID:" + code, "ID:" + code + "+KEY:" + std::string(64, 'a')}) {
        for (const auto& from_viewer :
             {code, "ID:" + code, "ID:ID:" + code, "id:" + code, code + " \r\n"}) {
            SCOPED_TRACE(from_server + " and " + from_viewer);
            auto machine = repeater.wait_as(rfb::side::server, from_server, "RFB 003.008\n");
            auto viewer = repeater.introduce(rfb::side::viewer, from_viewer);
            EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
            expect_joined(viewer, machine);
        }
    }
}

TEST(HelpChannel, TheTechnicianMayComeFirst) {
    running_server repeater(help_channel());
    auto viewer = repeater.wait_as(rfb::side::viewer, code);
    auto machine = repeater.introduce(rfb::side::server, "ID:" + code, "RFB 003.008\n");
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    expect_joined(viewer, machine);
}

TEST(HelpChannel, WhatIsNoCodeIsRefusedAndNeverDialled) {
    running_server repeater(help_channel());
    const std::string no_codes[] = {"", "ID:", "ID:ID:", "127.0.0.1:5901", "a b", "a\xe9"};
    for (const auto& text : no_codes) {
        auto viewer = repeater.introduce(rfb::side::viewer, text);
        EXPECT_TRUE(viewer.is_closed_by_peer()) << text;
    }
    EXPECT_EQ(repeater.events.count<event::dialling>(), 0U);
    EXPECT_EQ(repeater.events.count<event::introduction_failed>(), std::size(no_codes));
}

// Old noVNC sends a long ID as it is: unpadded and untruncated. Two could begin alike.
TEST(HelpChannel, ACodeOf300BytesIsRefusedAndNotCut) {
    running_server repeater(help_channel());
    auto viewer = repeater.connect(rfb::side::viewer);
    running_server::expect_greeting(viewer);
    viewer.send(bytes_of(std::string(300, 'x')));
    EXPECT_TRUE(viewer.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::introduction_failed>().error,
              rfb::error::id_too_long);
}

TEST(Session, AnIdThatFillsItsBlockIsTakenAndTold) {
    running_server repeater;
    const auto longest = "ID:" + std::string(247, 'x');
    auto server = repeater.wait_as(rfb::side::server, longest, "RFB 003.008\n");
    auto viewer = repeater.introduce(rfb::side::viewer, longest);
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    EXPECT_EQ(repeater.events.wait_for<event::id_truncated>(2).ignored, "what follows its block");
    auto longer = repeater.introduce(rfb::side::server, longest, "x and more");
    EXPECT_TRUE(longer.is_closed_by_peer());
}

// x11vnc's hello and greeting come in two segments; a tunnel may put them into one.
TEST(HelpChannel, HelloAndGreetingMayComeApartOrTogether) {
    running_server repeater(help_channel());
    for (const bool together : {true, false}) {
        auto machine = repeater.connect(rfb::side::server);
        auto block = padded("ID:" + code, 250);
        const auto greeting = bytes_of("RFB 003.008\n");
        if (together) {
            block.insert(block.end(), greeting.begin(), greeting.end());
        }
        machine.send(block);
        if (!together) {
            machine.wait_until_delivered();
            machine.send(greeting);
        }
        auto viewer = repeater.introduce(rfb::side::viewer, code);
        EXPECT_EQ(viewer.receive(12), greeting);
    }
}

// The greeting that old noVNC must get in one message.
TEST(HelpChannel, TheGreetingIsOneSegmentOfTwelveBytes) {
    running_server repeater(help_channel());
    auto viewer = repeater.connect(rfb::side::viewer);
    std::array<char, 64> first{};
    EXPECT_EQ(::recv(viewer.native_handle(), first.data(), first.size(), 0), 12);
    EXPECT_TRUE(viewer.is_quiet()) << "and nothing more";
}

} // namespace session_test
