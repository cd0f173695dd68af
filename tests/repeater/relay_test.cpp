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
using namespace std::chrono_literals;
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
    c.limits.session.linger = 30ms;
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
    c.limits.session.linger = 1s;
    running_server repeater(c);
    auto [server, viewer] = join(repeater);
    // More than the kernels' buffers hold: the rest waits in the repeater and at the server.
    const auto down = noise(32'000'000, 3);
    auto sending = std::async(std::launch::async, [&server = server, &down] {
        server.send(down);
        server.close();
    });
    viewer.finish_sending();
    std::vector<std::byte> got;
    for (int i = 0; i < 7; ++i) { // longer than the linger, but it takes something meanwhile
        std::this_thread::sleep_for(200ms);
        const auto some = viewer.receive(1'000'000);
        got.insert(got.end(), some.begin(), some.end());
    }
    const auto rest = viewer.receive_until_eof();
    got.insert(got.end(), rest.begin(), rest.end());
    EXPECT_EQ(got, down);
    sending.get();
}

TEST_P(Relay, APeerThatTakesNothingEndsTheSession) {
    auto c = with_threads();
    c.limits.session.write_stall = 200ms;
    for (const auto stalls : {rfb::side::viewer, rfb::side::server}) {
        running_server repeater(c);
        auto [server, viewer] = join(repeater);
        auto& sender = stalls == rfb::side::viewer ? server : viewer;
        auto sending = std::async(std::launch::async, [&sender] {
            const auto chunk = noise(1'000'000, 11);
            EXPECT_THROW(
                while (true) { sender.send(chunk); }, std::system_error);
        });
        sending.get();
        const auto ended = repeater.events.wait_for<event::ended>();
        EXPECT_EQ(ended.first, rfb::other(stalls));
        EXPECT_EQ(ended.from_viewer.end, how::stalled);
        EXPECT_EQ(ended.from_server.end, how::stalled);
        EXPECT_LT(ended.duration, 10s);
    }
}

TEST_P(Relay, BytesThatOnlyTheKernelHoldsAreAStallToo) {
    auto c = with_threads();
    c.limits.session.write_stall = 200ms;
    running_server repeater(c);
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    // More than the viewer's kernel takes, and less than ours does for it.
    const int small = 4096;
    ::setsockopt(viewer.native_handle(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    server.send(noise(60'000, 12));
    const auto ended = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(ended.first, rfb::side::server);
    EXPECT_EQ(ended.from_server.end, how::stalled);
    EXPECT_EQ(ended.from_server.bytes, 60'000U);
}

/// Sends until nothing has been taken for a while. Bytes taken.
std::size_t fill(tcp_client& sender) {
    const auto chunk = noise(100'000, 14);
    std::size_t taken = 0;
    for (auto quiet_since = std::chrono::steady_clock::now();
         std::chrono::steady_clock::now() - quiet_since < 300ms;) {
        const auto n =
            ::send(sender.native_handle(), chunk.data(), chunk.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            taken += static_cast<std::size_t>(n);
            quiet_since = std::chrono::steady_clock::now();
        } else {
            std::this_thread::sleep_for(5ms);
        }
    }
    return taken;
}

TEST_P(Relay, LittleIsHeldForAPeerThatTakesNothingAndMuchPassesOnceItTakesAgain) {
    auto c = with_threads();
    c.limits.session.write_stall = 4s;
    running_server repeater(c);
    auto [server, viewer] = join(repeater);
    // What the ends' own kernels hold would grow as far as the system lets it.
    const int small = 32768;
    ::setsockopt(server.native_handle(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    const int fixed = 262'144;
    ::setsockopt(viewer.native_handle(), SOL_SOCKET, SO_RCVBUF, &fixed, sizeof fixed);
    for (int round = 0; round < 2; ++round) { // the second time after it has flown
        const auto held = fill(server);
        EXPECT_LT(held, round == 0 ? 1'000'000U : 20'000'000U);
        std::this_thread::sleep_for(600ms); // three looks
        (void)viewer.receive(held);
        auto& from = server;
        const auto bytes = noise(8'000'000, 15);
        auto sending = std::async(std::launch::async, [&] { from.send(bytes); });
        EXPECT_EQ(viewer.receive(bytes.size()), bytes);
        sending.get();
    }
}

TEST_P(Relay, ASessionCarriesSoMuchASecondEachWay) {
    auto c = with_threads();
    c.limits.session.bandwidth = 1'000'000;
    running_server repeater(c);
    auto [server, viewer] = join(repeater);
    const auto began = std::chrono::steady_clock::now();
    auto up = std::async(std::launch::async, [&server = server, &viewer = viewer] {
        carry(viewer, server, 700'000, 16);
    });
    carry(server, viewer, 700'000, 17);
    up.get();
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_GE(took, 600ms) << "700 ms, less 50 ms of burst";
    EXPECT_LT(took, 1300ms) << "one after the other it would be 1400 ms";
}

TEST_P(Relay, AllSessionsShareWhatTheyMayCarry) {
    running_server repeater(with_threads());
    auto first = join(repeater, "ID:first");
    carry(first.server, first.viewer, 2'000'000, 18); // it streams by now
    auto c = with_threads();
    c.limits.total_bandwidth = 1'000'000;
    repeater.configure(c);
    auto second = join(repeater, "ID:second");
    const auto began = std::chrono::steady_clock::now();
    auto beside = std::async(std::launch::async,
                             [&second] { carry(second.server, second.viewer, 350'000, 19); });
    carry(first.server, first.viewer, 350'000, 20);
    beside.get();
    EXPECT_GE(std::chrono::steady_clock::now() - began, 400ms);
    repeater.configure(with_threads());
    carry(first.server, first.viewer, 20'000'000, 21);
}

TEST_P(Relay, ASilentSessionEndsAfterItsLimit) {
    auto c = with_threads();
    c.limits.session.idle = 100ms;
    running_server repeater(c);
    auto [server, viewer] = join(repeater);
    carry(server, viewer, much, 13);
    EXPECT_TRUE(server.is_closed_by_peer());
    EXPECT_TRUE(viewer.is_closed_by_peer());
    const auto ended = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(ended.from_viewer.end, how::silent);
    EXPECT_EQ(ended.from_server.end, how::silent);
    EXPECT_GE(ended.duration, 100ms);
}

TEST_P(Relay, ABusySessionEndsAfterItsLimit) {
    auto c = with_threads();
    c.limits.session.longest = 200ms;
    running_server repeater(c);
    auto [server, viewer] = join(repeater);
    auto& to = viewer;
    auto& from = server;
    EXPECT_THROW(
        while (true) {
            from.send(bytes_of("ping"));
            (void)to.receive(4);
        },
        std::runtime_error);
    const auto ended = repeater.events.wait_for<event::ended>();
    EXPECT_EQ(ended.from_viewer.end, how::expired);
    EXPECT_GE(ended.duration, 200ms);
    EXPECT_LT(ended.duration, 5s);
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
        each->server.close();
    }
    repeater.join();
    EXPECT_EQ(repeater.events.count<event::ended>(), 2U);
}

} // namespace relay_test
