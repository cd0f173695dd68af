// A new configuration while peers are there, and limits on waiting.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/server.hpp"
#include "tests/repeater/running_server.hpp"

#include <gtest/gtest.h>

namespace reload_test {

namespace {

using namespace repeater;
using support::bytes_of;
using support::running_server;

config with(duplicate_policy policy) {
    auto c = support::loopback_config();
    c.duplicates = policy;
    return c;
}

} // namespace

TEST(Reload, HoldsForWhoComesAndLeavesAloneWhoIsThere) {
    running_server repeater(with(duplicate_policy::replace));
    auto live_server = repeater.wait_as(rfb::side::server, "ID:live");
    auto live_viewer = repeater.introduce(rfb::side::viewer, "ID:live");
    auto first = repeater.wait_as(rfb::side::server, "ID:1");

    auto fresh = with(duplicate_policy::refuse);
    fresh.limits.viewer_wait = std::chrono::milliseconds(20);
    repeater.configure(fresh);

    auto second = repeater.introduce(rfb::side::server, "ID:1");
    EXPECT_TRUE(second.is_closed_by_peer());
    auto short_lived = repeater.wait_as(rfb::side::viewer, "ID:2");
    EXPECT_TRUE(short_lived.is_closed_by_peer());
    EXPECT_TRUE(first.is_quiet()) << "waits as before, for ever";
    live_server.send(bytes_of("on"));
    EXPECT_EQ(live_viewer.receive(2), bytes_of("on"));
}

TEST(Reload, AQueueThatStandsIsServedUnderAnotherPolicyToo) {
    running_server repeater(with(duplicate_policy::queue));
    auto a = repeater.wait_as(rfb::side::server, "ID:1", "a");
    auto b = repeater.wait_as(rfb::side::server, "ID:1", "b");
    repeater.configure(with(duplicate_policy::replace));
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    EXPECT_EQ(viewer.receive(1), bytes_of("a"));
    auto next = repeater.introduce(rfb::side::viewer, "ID:1");
    EXPECT_EQ(next.receive(1), bytes_of("b"));
}

TEST(WaitLimit, HoldsForItsSideOnly) {
    auto c = support::loopback_config();
    c.limits.server_wait = std::chrono::milliseconds(20);
    running_server repeater(c);
    auto viewer = repeater.wait_as(rfb::side::viewer, "ID:1");
    auto server = repeater.wait_as(rfb::side::server, "ID:2");
    EXPECT_TRUE(server.is_closed_by_peer());
    const auto expired = repeater.events.wait_for<event::expired>();
    EXPECT_EQ(expired.peer.side, rfb::side::server);
    EXPECT_EQ(expired.waited, std::chrono::milliseconds(20));
    EXPECT_TRUE(viewer.is_quiet());
}

TEST(WaitLimit, DoesNotTouchWhoWasPairedInTime) {
    auto c = support::loopback_config();
    c.limits.server_wait = std::chrono::milliseconds(200);
    running_server repeater(c);
    auto server = repeater.wait_as(rfb::side::server, "ID:1", "x");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    EXPECT_EQ(viewer.receive(1), bytes_of("x"));
    auto other = repeater.wait_as(rfb::side::server, "ID:2");
    EXPECT_TRUE(other.is_closed_by_peer()) << "the limit has passed for both";
    server.send(bytes_of("on"));
    EXPECT_EQ(viewer.receive(2), bytes_of("on"));
}

TEST(Reload, StoppingTellsOfWhoWaited) {
    running_server repeater;
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    repeater.drain();
    EXPECT_EQ(repeater.events.wait_for<event::dismissed>().peer.side, rfb::side::server);
    EXPECT_EQ(repeater.events.count<event::left>(), 0U);
}

} // namespace reload_test
