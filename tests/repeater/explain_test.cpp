// --explain over real sockets: who is told what, in which form.               RFC 6143 7.1.2
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/explain.hpp"
#include "tests/repeater/running_server.hpp"

#include <gtest/gtest.h>

namespace explain_test {

namespace {

using namespace repeater;
using support::bytes_of;
using support::running_server;
using support::tcp_client;

config explaining() {
    auto c = support::loopback_config();
    c.explain = true;
    return c;
}

/// Plays a viewer behind its hello: the reason it is given, after which the repeater has closed.
std::string reason_heard(tcp_client& viewer, std::string_view version) {
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    viewer.send(bytes_of(version));
    const auto all = support::text_of(viewer.receive_until_eof());
    const std::size_t head = version >= "RFB 003.007\n" ? 5 : 8;
    EXPECT_GT(all.size(), head);
    EXPECT_EQ(static_cast<std::size_t>(all.at(head - 1)), all.size() - head) << "length";
    return all.substr(head);
}

} // namespace

TEST(Explain, ARefusedViewerHearsWhyInItsOwnVersion) {
    auto c = explaining();
    c.duplicates = duplicate_policy::refuse;
    running_server repeater(c);
    auto first = repeater.wait_as(rfb::side::viewer, "ID:1");
    for (const auto* version : {"RFB 003.008\n", "RFB 003.007\n", "RFB 003.003\n"}) {
        auto second = repeater.introduce(rfb::side::viewer, "ID:1");
        EXPECT_EQ(reason_heard(second, version), "Another viewer waits for this ID already.");
    }
    EXPECT_TRUE(first.is_quiet());
    auto server = repeater.introduce(rfb::side::server, "ID:1", "x");
    EXPECT_EQ(first.receive(1), bytes_of("x"));
}

TEST(Explain, AViewerThatSentItsVersionEarlyIsUnderstood) {
    running_server repeater(explaining());
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:", "RFB 003.008\n");
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    const auto all = support::text_of(viewer.receive_until_eof());
    EXPECT_NE(all.find("needs an ID"), std::string::npos) << all;
}

TEST(Explain, AViewerWhoseWaitIsOverHearsIt) {
    auto c = explaining();
    c.limits.viewer_wait = std::chrono::milliseconds(30);
    running_server repeater(c);
    auto viewer = repeater.wait_as(rfb::side::viewer, "ID:1");
    (void)repeater.events.wait_for<event::expired>();
    repeater.show_sessions();
    EXPECT_EQ(repeater.events.wait_for<event::sessions>().waiting_viewers, 0U)
        << "it is being told, and does not wait any more";
    EXPECT_EQ(reason_heard(viewer, "RFB 003.008\n"),
              "No server with this ID has connected to the repeater.");
    EXPECT_EQ(repeater.events.wait_for<event::expired>().peer.side, rfb::side::viewer);
    auto late = repeater.wait_as(rfb::side::server, "ID:1");
    EXPECT_TRUE(late.is_quiet()) << "the viewer that was told is not met";
}

TEST(Explain, WhatModeIRefusesAndWhatFailsSoundTheSame) {
    std::uint16_t nobody = 0;
    {
        const support::tcp_listener closed;
        nobody = closed.port();
    }
    auto c = explaining();
    c.mode1.allow = {parse_allow_rule("127.0.0.1:" + std::to_string(nobody)).value()};
    running_server repeater(c);
    const auto fails = "127.0.0.1::" + std::to_string(nobody);
    for (const auto& where : {std::string{"127.0.0.1:5900"}, fails}) {
        auto viewer = repeater.introduce(rfb::side::viewer, where);
        EXPECT_EQ(reason_heard(viewer, "RFB 003.008\n"),
                  "The repeater could not connect to that VNC server.");
    }
    EXPECT_EQ(repeater.events.count<event::dial_refused>(), 1U);
    EXPECT_EQ(repeater.events.count<event::dial_failed>(), 1U);
}

TEST(Explain, AViewerThatDoesNotAnswerIsClosed) {
    auto c = explaining();
    c.limits.explain = std::chrono::milliseconds(50);
    running_server repeater(c);
    auto silent = repeater.introduce(rfb::side::viewer, "ID:");
    EXPECT_EQ(silent.receive(12), bytes_of("RFB 003.008\n"));
    EXPECT_TRUE(silent.is_closed_by_peer());
    auto nonsense = repeater.introduce(rfb::side::viewer, "ID:", "GET / HTTP/1.1");
    EXPECT_EQ(nonsense.receive(12), bytes_of("RFB 003.008\n"));
    EXPECT_TRUE(nonsense.is_closed_by_peer());
}

TEST(Explain, ServersAndByDefaultViewersAreClosedInSilence) {
    running_server explains(explaining());
    auto server = explains.introduce(rfb::side::server, "foo");
    EXPECT_TRUE(server.is_closed_by_peer());
    running_server silent;
    auto viewer = silent.introduce(rfb::side::viewer, "ID:");
    EXPECT_TRUE(viewer.is_closed_by_peer());
}

} // namespace explain_test
