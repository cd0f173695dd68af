// Live pairs on one thread and on several: every byte, prompt ends, and what the handshake reader
// makes of the stream.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay.hpp"
#include "tests/repeater/running_server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <random>

namespace relay_test {

namespace {

using namespace repeater;
using namespace support::literals;
using how = event::ended::how;
using support::bytes_of;
using support::running_server;
using support::tcp_client;

std::vector<std::byte> noise(std::size_t size, unsigned seed) {
    std::minstd_rand random(seed);
    std::vector<std::byte> all(size);
    for (auto& b : all) {
        b = static_cast<std::byte>(random() & 0xffU);
    }
    return all;
}

struct joined {
    tcp_client server;
    tcp_client viewer;
};

/// How many threads relay. One decides and relays; two take over what has carried some bytes.
struct Relay : testing::TestWithParam<std::size_t> {
    [[nodiscard]] static config with_threads() {
        auto c = support::loopback_config();
        c.threads = GetParam();
        return c;
    }
};

joined join(running_server& repeater, const std::string& id = "ID:1",
            std::string_view server_early = "") {
    auto server = repeater.wait_as(rfb::side::server, id, server_early);
    auto viewer = repeater.introduce(rfb::side::viewer, id);
    return {std::move(server), std::move(viewer)};
}

/// More than the first thread carries of a pair.
constexpr std::size_t much = 300'000;

void carry(tcp_client& from, tcp_client& to, std::size_t size, unsigned seed) {
    const auto bytes = noise(size, seed);
    auto sending = std::async(std::launch::async, [&] { from.send(bytes); });
    EXPECT_EQ(to.receive(size), bytes);
    sending.get();
}

/// The viewer's end first; the server answers to its last words, and ends as well.
void end_one_after_the_other(tcp_client& server, tcp_client& viewer) {
    viewer.send(bytes_of("last words"));
    viewer.finish_sending();
    EXPECT_EQ(server.receive_until_eof(), bytes_of("last words"));
    server.send(bytes_of("an answer"));
    server.close();
    EXPECT_EQ(viewer.receive_until_eof(), bytes_of("an answer"));
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Threads, Relay, testing::Values(1, 2), testing::PrintToStringParamName());

TEST_P(Relay, EveryByteArrivesBeforeTheEndInBothDirections) {
    running_server repeater(with_threads());
    auto [server, viewer] = join(repeater);
    const auto down = noise(8'000'000, 1);
    const auto up = noise(3'000'000, 2);
    auto sending_down = std::async(std::launch::async, [&server = server, &down] {
        server.send(down);
        server.finish_sending();
    });
    auto sending_up = std::async(std::launch::async, [&viewer = viewer, &up] {
        viewer.send(up);
        viewer.finish_sending();
    });
    auto receiving_up =
        std::async(std::launch::async, [&server = server] { return server.receive_until_eof(); });
    EXPECT_EQ(viewer.receive_until_eof(), down);
    EXPECT_EQ(receiving_up.get(), up);
    sending_down.get();
    sending_up.get();
    const auto ended = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(ended.from_server.bytes, down.size());
    EXPECT_EQ(ended.from_viewer.bytes, up.size());
    EXPECT_EQ(ended.from_server.end, how::eof);
    EXPECT_EQ(ended.from_viewer.end, how::eof);
}

TEST_P(Relay, AfterOneEndTheOtherDirectionMayFinish) {
    running_server repeater(with_threads());
    auto [server, viewer] = join(repeater);
    end_one_after_the_other(server, viewer);
    const auto ended = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(ended.first, rfb::side::viewer);
}

TEST_P(Relay, ASilentRestIsCutAfterTheLinger) {
    auto c = with_threads();
    c.limits.linger = std::chrono::milliseconds(30);
    running_server repeater(c);
    auto [server, viewer] = join(repeater);
    viewer.finish_sending();
    EXPECT_TRUE(viewer.is_closed_by_peer()) << "the server never closes, yet the session ends";
    const auto ended = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(ended.from_viewer.end, how::eof);
    EXPECT_EQ(ended.from_server.end, how::lingered);
}

TEST_P(Relay, LingerDoesNotCutAReceiverThatIsOnlySlow) {
    auto c = with_threads();
    c.limits.linger = std::chrono::milliseconds(30);
    running_server repeater(c);
    auto [server, viewer] = join(repeater);
    // More than the kernels' buffers hold: the rest waits in the repeater and at the server.
    const auto down = noise(32'000'000, 3);
    auto sending = std::async(std::launch::async, [&server = server, &down] {
        server.send(down);
        server.close();
    });
    viewer.finish_sending();
    std::this_thread::sleep_for(std::chrono::milliseconds(200)); // several lingers, viewer stalled
    EXPECT_EQ(viewer.receive_until_eof(), down);
    sending.get();
}

TEST_P(Relay, AResetEndsThePartnerAtOnce) {
    running_server repeater(with_threads());
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        const auto before = repeater.events.count<event::ended>();
        auto [server, viewer] = join(repeater, "ID:1", "x");
        EXPECT_EQ(viewer.receive(1), bytes_of("x")) << "the pair lives";
        auto& breaks = side == rfb::side::viewer ? viewer : server;
        auto& partner = side == rfb::side::viewer ? server : viewer;
        breaks.reset();
        EXPECT_TRUE(partner.is_closed_by_peer());
        const auto ended = repeater.events.wait_for<event::ended>(before + 1);
        EXPECT_EQ(ended.first, side);
    }
}

TEST_P(Relay, AStalledViewerSlowsNobodyElse) {
    running_server repeater(with_threads());
    auto stalled = join(repeater, "ID:stalled");
    std::promise<void> give_up;
    auto flood = std::async(std::launch::async, [&] {
        const auto chunk = noise(1'000'000, 4);
        try {
            for (int i = 0; i < 200; ++i) {
                stalled.server.send(chunk);
            }
        } catch (const std::system_error&) { // the stalled pair was ended below
        }
    });
    auto [server, viewer] = join(repeater, "ID:good");
    for (int i = 0; i < 100; ++i) {
        server.send(bytes_of("ping"));
        ASSERT_EQ(viewer.receive(4), bytes_of("ping"));
    }
    stalled.viewer.reset();
    flood.get();
}

TEST_P(Relay, ManyPairsAtOnceKeepTheirBytesApart) {
    running_server repeater(with_threads());
    std::vector<std::future<void>> all;
    for (unsigned n = 0; n < 40; ++n) {
        all.push_back(std::async(std::launch::async, [&repeater, n] {
            const auto id = "ID:pair" + std::to_string(n);
            const auto first = n % 2 == 0 ? rfb::side::server : rfb::side::viewer;
            auto a = repeater.introduce(first, id);
            auto b = repeater.introduce(rfb::other(first), id);
            for (unsigned round = 0; round < 20; ++round) {
                const auto bytes = noise(1 + (n * 37 + round * 911) % 50'000, n * 100 + round);
                a.send(bytes);
                ASSERT_EQ(b.receive(bytes.size()), bytes);
                b.send(bytes);
                ASSERT_EQ(a.receive(bytes.size()), bytes);
            }
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    EXPECT_EQ(repeater.events.count<event::matched>(), 40U);
}

TEST_P(Relay, TheStartOfAnRfbSessionIsUnderstood) {
    running_server repeater(with_threads());
    auto [server, viewer] = join(repeater, "ID:1", "RFB 003.008\n");
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    viewer.send(bytes_of("RFB 003.008\n"));
    (void)server.receive(12);
    server.send("\2\2\1"_bytes); // VncAuth, None
    (void)viewer.receive(3);
    viewer.send("\1"_bytes);
    (void)server.receive(1);
    server.send("\0\0\0\0"_bytes); // SecurityResult: OK
    (void)viewer.receive(4);
    viewer.send("\1"_bytes);
    (void)server.receive(1);
    auto init = "\x05\x00\x03\x20"_bytes; // 1280x800
    init.resize(20);
    const auto name = "\0\0\0\4desk"_bytes;
    init.insert(init.end(), name.begin(), name.end());
    server.send(init);
    EXPECT_EQ(viewer.receive(init.size()), init);

    const auto facts = repeater.events.wait_for<event::described>().facts;
    EXPECT_EQ(facts.reached, rfb::handshake_facts::stage::complete);
    EXPECT_EQ(facts.server_version, (rfb::protocol_version{3, 8}));
    EXPECT_EQ(facts.security_offered, (std::vector<std::uint8_t>{2, 1}));
    EXPECT_EQ(facts.security_chosen, 1);
    EXPECT_EQ(facts.desktop_name, "desk");
    EXPECT_EQ(facts.width, 1280);
    EXPECT_EQ(facts.height, 800);
}

TEST_P(Relay, WhatIsNotRfbPassesUntouched) {
    running_server repeater(with_threads());
    const std::string hello("\x16\x03\x01\x01\x24\x01\x00\x01\x20\x03\x03", 11); // TLS
    auto [server, viewer] = join(repeater, "ID:1", hello);
    EXPECT_EQ(viewer.receive(hello.size()), bytes_of(hello));
    EXPECT_EQ(repeater.events.wait_for<event::described>().facts.reached,
              rfb::handshake_facts::stage::opaque);
    const auto more = noise(100'000, 5);
    viewer.send(more);
    EXPECT_EQ(server.receive(more.size()), more);
}

TEST_P(Relay, EarlyBytesComeFirstAndNoneIsLostWhileBothSend) {
    running_server repeater(with_threads());
    for (unsigned round = 0; round < 20; ++round) {
        auto server = repeater.wait_as(rfb::side::server, "ID:1", "server's early");
        const auto down = noise(much, 2 * round);
        const auto up = noise(much, 2 * round + 1);
        auto sending = std::async(std::launch::async, [&] { server.send(down); });
        auto viewer = repeater.introduce(rfb::side::viewer, "ID:1", "viewer's early");
        auto heard = std::async(std::launch::async, [&] {
            viewer.send(up);
            EXPECT_EQ(server.receive(14), bytes_of("viewer's early"));
            EXPECT_EQ(server.receive(much), up);
        });
        EXPECT_EQ(viewer.receive(14), bytes_of("server's early"));
        EXPECT_EQ(viewer.receive(much), down);
        heard.get();
        sending.get();
    }
}

TEST_P(Relay, AfterTheHandOverHalfAnEndIsPassedOn) {
    running_server repeater(with_threads());
    auto [server, viewer] = join(repeater);
    carry(server, viewer, much, 6);
    end_one_after_the_other(server, viewer);
    const auto ended = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(ended.first, rfb::side::viewer);
    EXPECT_EQ(ended.from_server.bytes, much + 9);
    EXPECT_EQ(ended.from_viewer.bytes, 10U);
}

TEST_P(Relay, StopEndsPairsThatHaveCarriedNothingAndMuch) {
    running_server repeater(with_threads());
    auto idle = join(repeater, "ID:idle");
    auto busy = join(repeater, "ID:busy");
    carry(busy.server, busy.viewer, much, 7);
    repeater.show_sessions();
    (void)repeater.events.wait_for<event::carries>(2);
    repeater.stop();
    for (auto* each : {&idle, &busy}) {
        EXPECT_TRUE(each->server.is_closed_by_peer());
        EXPECT_TRUE(each->viewer.is_closed_by_peer());
    }
    EXPECT_EQ(repeater.events.wait_for<event::ended>(2).from_server.end, how::stopped);
    repeater.join();
}

TEST_P(Relay, DrainLetsPairsGoOnAndBeHandedOver) {
    running_server repeater(with_threads());
    auto idle = join(repeater, "ID:idle");
    auto busy = join(repeater, "ID:busy");
    carry(busy.server, busy.viewer, much, 8);
    repeater.drain();
    carry(busy.viewer, busy.server, much, 9);
    carry(idle.server, idle.viewer, much, 10);
    for (auto* each : {&idle, &busy}) {
        each->viewer.close();
        EXPECT_TRUE(each->server.is_closed_by_peer());
    }
    repeater.join();
    EXPECT_EQ(repeater.events.count<event::ended>(), 2U);
}

} // namespace relay_test
