// Pairs on the test's own event loop: what their ends cost, and how they are given away.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/handover/records.hpp"
#include "repeater/live_pairs.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace live_pairs_test {

std::atomic<int> shutdowns{0}; // by any thread of the program

} // namespace live_pairs_test

/// The C library's for the whole test program, counted.
extern "C" int shutdown(int fd, int how) noexcept { // NOLINT(misc-definitions-in-headers)
    ++live_pairs_test::shutdowns;
    return static_cast<int>(::syscall(SYS_shutdown, fd, how));
}

namespace live_pairs_test {

namespace {

using namespace repeater;
using support::bytes_of;
using support::tcp_client;

struct LivePairs : testing::Test {
    LivePairs() {
        pairs.start(make_pair(peer_at(server, rfb::side::server, 1, "early"),
                              peer_at(viewer, rfb::side::viewer, 2, ""),
                              rfb::repeater_id::make("1").value()),
                    session_terms{});
        loop.poll();
        shutdowns = 0;
    }

    /// The repeater's end of a new connection, whose other end is `client`.
    peer peer_at(tcp_client& client, rfb::side side, std::uint64_t number, std::string_view early) {
        client = tcp_client(listener.port());
        auto accepted = listener.accept();
        net::unique_fd fd{::fcntl(accepted.native_handle(), F_DUPFD_CLOEXEC, 0)};
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
        return {peer_name{session_number{number}, side, {}, {}},
                {std::move(fd), {}, bytes_of(early)}};
    }

    support::tcp_listener listener;
    tcp_client server{net::unique_fd{}};
    tcp_client viewer{net::unique_fd{}};
    net::event_loop loop;
    std::vector<std::byte> scratch = std::vector<std::byte>(4096);
    std::vector<event::ended> ended;
    std::vector<std::unique_ptr<relay>> given;
    live_pairs pairs{loop, scratch, relaying{0, 4, 1, 1000, 8},
                     [this](const any_event& e) {
                         if (const auto* end = std::get_if<event::ended>(&e)) {
                             ended.push_back(*end);
                         }
                     },
                     [this](std::unique_ptr<relay> r) { given.push_back(std::move(r)); }};
};

} // namespace

TEST_F(LivePairs, NothingIsPassedOnWhereBothHaveClosed) {
    EXPECT_EQ(viewer.receive(5), bytes_of("early"));
    viewer.close();
    server.close();
    loop.poll();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].from_viewer.end, event::ended::how::eof);
    EXPECT_EQ(ended[0].from_server.end, event::ended::how::eof);
    EXPECT_EQ(shutdowns, 0);
}

TEST_F(LivePairs, OneSidesEndIsPassedOnOnce) {
    EXPECT_EQ(viewer.receive(5), bytes_of("early"));
    viewer.close();
    loop.poll();
    EXPECT_EQ(shutdowns, 1);
    EXPECT_TRUE(server.is_closed_by_peer());
    EXPECT_TRUE(ended.empty());
    server.close();
    loop.poll();
    EXPECT_EQ(shutdowns, 1);
    EXPECT_EQ(ended.size(), 1U);
}

TEST_F(LivePairs, WhatWasSentBeforeBothEndsArrives) {
    server.send(bytes_of("more"));
    server.finish_sending();
    viewer.send(bytes_of("bye"));
    viewer.finish_sending();
    loop.poll();
    EXPECT_EQ(viewer.receive_until_eof(), bytes_of("earlymore"));
    EXPECT_EQ(server.receive_until_eof(), bytes_of("bye"));
    EXPECT_EQ(ended.size(), 1U);
}

TEST_F(LivePairs, APairThatHasCarriedEnoughGoesOnElsewhere) {
    const std::vector<std::byte> much(3000);
    server.send(much);
    loop.poll();
    ASSERT_EQ(given.size(), 1U);
    server.send(bytes_of("while it moves"));
    net::event_loop other;
    live_pairs there{other, scratch, relaying{0, 4, 1},
                     [this](const any_event& e) { ended.push_back(std::get<event::ended>(e)); }};
    there.go_on(std::move(given[0]));
    other.poll();
    EXPECT_EQ(viewer.receive(5 + much.size()).size(), 5 + much.size());
    EXPECT_EQ(viewer.receive(14), bytes_of("while it moves"));
    viewer.close();
    server.close();
    other.poll();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].from_server.bytes, 5 + much.size() + 14);
}

TEST_F(LivePairs, SoDoesOneThatSaysLittleButOften) {
    for (int said = 0; said < 4; ++said) {
        server.send(bytes_of("x"));
        loop.poll();
    }
    EXPECT_TRUE(given.empty());
    for (int said = 4; said < 8; ++said) {
        server.send(bytes_of("x"));
        loop.poll();
    }
    EXPECT_EQ(given.size(), 1U);
    EXPECT_EQ(viewer.receive(13), bytes_of("earlyxxxxxxxx"));
}

namespace {

/// As another process has it: the pair as bytes, and its sockets by other numbers.
struct elsewhere {
    explicit elsewhere(std::unique_ptr<relay> one)
        : what(read<moved_pair>(fields_of(one->describe())).value()) {
        for (std::size_t way = 0; way < what.flows.size(); ++way) {
            what.flows.at(way).kept = one->describe().flows.at(way).kept; // a record of its own
        }
        for (std::size_t side = 0; side < sockets.size(); ++side) {
            sockets.at(side) = net::unique_fd{::fcntl(one->sockets().at(side), F_DUPFD_CLOEXEC, 0)};
        }
    }

    moved_pair what;
    std::array<net::unique_fd, 2> sockets;
};

} // namespace

TEST_F(LivePairs, APairGoesOnInAnotherProcessWithAllThatIsKnownOfIt) {
    EXPECT_EQ(viewer.receive(5), bytes_of("early"));
    auto some = pairs.set_aside(10);
    ASSERT_EQ(some.size(), 1U);
    EXPECT_EQ(pairs.size(), 0);
    server.send(bytes_of("while it moves"));
    elsewhere moved(std::move(some[0]));
    EXPECT_EQ(moved.what.number, session_number{2});
    pairs.go_on(std::move(moved.what), std::move(moved.sockets));
    loop.poll();
    EXPECT_EQ(viewer.receive(14), bytes_of("while it moves"));
    viewer.close();
    server.close();
    loop.poll();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].from_server.bytes, 5U + 14U);
    EXPECT_EQ(ended[0].newcomer, rfb::side::server);
}

TEST_F(LivePairs, WhatAReceiverHasNotTakenMovesWithIt) {
    EXPECT_EQ(viewer.receive(5), bytes_of("early"));
    const std::vector<std::byte> sent(500, std::byte{7}); // below what makes it go elsewhere
    server.send(sent);
    loop.poll();
    auto some = pairs.set_aside(1);
    ASSERT_EQ(some.size(), 1U);
    elsewhere moved(std::move(some[0]));
    moved.what.flows[1].kept = bytes_of("kept");
    moved.what.flows[1].bytes_read += 4;
    pairs.go_on(std::move(moved.what), std::move(moved.sockets));
    loop.poll();
    EXPECT_EQ(viewer.receive(sent.size()), sent);
    EXPECT_EQ(viewer.receive(4), bytes_of("kept"));
}

TEST_F(LivePairs, AnEndThatIsStillToBePassedOnIsPassedOnThere) {
    EXPECT_EQ(viewer.receive(5), bytes_of("early"));
    viewer.finish_sending();
    viewer.wait_until_delivered();
    auto some = pairs.set_aside(1);
    ASSERT_EQ(some.size(), 1U);
    auto what = some[0]->describe();
    what.first_to_end = rfb::side::viewer; // it was seen in this very round
    what.flows[0].outcome = event::ended::direction{event::ended::how::eof, {}, 0};
    elsewhere moved(std::move(some[0]));
    pairs.go_on(std::move(what), std::move(moved.sockets));
    loop.poll();
    EXPECT_TRUE(server.is_closed_by_peer());
    server.send(bytes_of("rest"));
    loop.poll();
    EXPECT_EQ(viewer.receive(4), bytes_of("rest"));
}

} // namespace live_pairs_test
