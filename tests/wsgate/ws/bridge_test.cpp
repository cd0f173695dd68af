// A bridge between scripted streams: partial I/O everywhere, and failures at every single I/O.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/scripted_stream.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/handover/records.hpp"
#include "wsgate/ws/bridge.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace bridge_test {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace support;
using wsgate::end_cause;

asio::awaitable<wsgate::dialled> give(std::unique_ptr<net::stream> stream) {
    net::error_code ec;
    if (!stream) {
        ec = asio::error::connection_refused;
    }
    co_return wsgate::dialled{std::move(stream), ec};
}

asio::awaitable<wsgate::dialled> break_down() {
    throw std::runtime_error("the dialler has a defect");
    co_return wsgate::dialled{};
}

/// Small frames, and no long wait.
wsgate::bridge_options brief() {
    wsgate::bridge_options options;
    options.max_frame = 16;
    options.close = 50ms;
    return options;
}

/// One run of a bridge over two scripted streams.
struct story {
    net::event_loop context;
    support::fault fault;
    scripted_stream client{context.get_executor(), fault};
    std::unique_ptr<net::stream> dialled =
        std::make_unique<scripted_stream>(context.get_executor(), fault);
    scripted_stream& target = dynamic_cast<scripted_stream&>(*dialled);
    bytes scratch = bytes(64);
    bytes early;
    wsgate::bridge_options options = brief();
    wsgate::dialler dial = [this] { return give(std::move(dialled)); };
    std::unique_ptr<wsgate::bridge> bridge;
    bool done = false;

    /// False where it hangs; no deadline of a bridge is longer than a second here.
    bool run() {
        bridge = std::make_unique<wsgate::bridge>(context.get_executor(), scratch, client, dial,
                                                  options);
        asio::co_spawn(context, bridge->run(std::move(early)), [this](const std::exception_ptr& e) {
            EXPECT_FALSE(e);
            done = true;
        });
        context.run_for(5s);
        return done;
    }

    /// What the client was sent: the payload of data frames, and the first byte of every frame.
    struct heard {
        std::string payload;
        std::vector<unsigned> frames;
        bool whole = true; ///< nothing ended within a frame
    };

    [[nodiscard]] heard to_client() const {
        heard h;
        const auto& wire = client.written;
        for (std::size_t at = 0; at < wire.size();) {
            if (at + 2 > wire.size() ||
                at + 2 + std::to_integer<std::size_t>(wire[at + 1]) > wire.size()) {
                h.whole = false;
                break;
            }
            const auto size = std::to_integer<std::size_t>(wire[at + 1]); // all are short here
            h.frames.push_back(std::to_integer<unsigned>(wire[at]));
            if (h.frames.back() == binary_frame) {
                h.payload += text_of(std::span(wire).subspan(at + 2, size));
            }
            at += 2 + size;
        }
        return h;
    }
};

const std::string up_text = "early frames, then frames in pieces; ";
const std::string down_text = "a target that talks in chunks longer than a frame, and short. ";

/// The client says its text in awkward pieces, pings, and closes; the target talks and waits.
void tell_all(story& s) {
    const auto first = masked_frame(binary_frame, up_text.substr(0, 10));
    const auto rest =
        joined({masked_frame(0x02, up_text.substr(10, 7)), masked_frame(ping_frame, "ping"),
                masked_frame(0x80, up_text.substr(17)),
                masked_frame(close_frame, close_text(1000, "bye"))});
    const auto cut = [&rest](std::size_t from, std::size_t size) {
        const auto part = std::span(rest).subspan(from, std::min(size, rest.size() - from));
        return bytes(part.begin(), part.end());
    };
    s.early = bytes(first.begin(), first.begin() + 9);
    s.client.incoming = {bytes(first.begin() + 9, first.end()), {}, cut(0, 3), {}, cut(3, 20)};
    for (int i = 0; i < 40; ++i) { // the target's words go first
        s.client.incoming.push_back({});
    }
    s.client.incoming.push_back(cut(23, rest.size()));
    s.client.write_room = {1, 0, 0, 5, 100, 2, 0, 0, 0, 1, 100, 0, 1};
    s.target.write_room = {0, 3, 0, 0, 1, 100, 0, 2, 1};
    s.target.incoming = {bytes_of(down_text.substr(0, 40)), {}, {}, bytes_of(down_text.substr(40))};
    for (int i = 0; i < 200; ++i) { // then it only listens until it is told that no more comes
        s.target.incoming.push_back({});
    }
}

bool is_prefix(const std::string& part, const std::string& whole) {
    return whole.compare(0, part.size(), part) == 0;
}

} // namespace

TEST(Bridge, MovesEveryByteOnceAndInOrderThroughPartialWrites) {
    story s;
    tell_all(s);
    ASSERT_TRUE(s.run());
    EXPECT_EQ(text_of(s.target.written), up_text);
    const auto got = s.to_client();
    EXPECT_TRUE(got.whole);
    EXPECT_EQ(got.payload, down_text);
    EXPECT_EQ(got.frames.back(), close_frame);
    EXPECT_EQ(std::count(got.frames.begin(), got.frames.end(), pong_frame), 1);
    EXPECT_TRUE(s.target.send_was_shut_down);
    EXPECT_TRUE(s.client.closed);
    EXPECT_TRUE(s.target.closed);
    const auto& summary = s.bridge->summary();
    EXPECT_EQ(summary.cause, end_cause::websocket_closed);
    EXPECT_EQ(summary.code, wsgate::close_code::normal);
    EXPECT_EQ(summary.to_tcp, up_text.size());
    EXPECT_EQ(summary.to_websocket, down_text.size());
}

TEST(Bridge, MayDialOnlyWhenThereIsSomethingToDeliver) {
    story spoke;
    spoke.options.dial = wsgate::dial_time::first_data;
    spoke.client.incoming = {masked_frame(ping_frame, ""), masked_frame(binary_frame, "ID:1"),
                             masked_frame(close_frame, "")};
    EXPECT_TRUE(spoke.run());
    EXPECT_EQ(text_of(spoke.target.written), "ID:1");
    EXPECT_FALSE(spoke.dialled);

    story mute;
    mute.options.dial = wsgate::dial_time::first_data;
    mute.client.incoming = {masked_frame(ping_frame, ""), masked_frame(close_frame, "")};
    EXPECT_TRUE(mute.run());
    EXPECT_TRUE(mute.dialled) << "nobody was dialled";
    EXPECT_EQ(mute.bridge->summary().cause, end_cause::websocket_closed);
}

TEST(Bridge, SurvivesAFailureOfTheNthIo) {
    story good;
    tell_all(good);
    ASSERT_TRUE(good.run());
    const int all = good.fault.count;
    ASSERT_GT(all, 50);
    for (int n = 1; n <= all; ++n) {
        story s;
        tell_all(s);
        s.fault.fail_at = n;
        ASSERT_TRUE(s.run()) << "I/O " << n << " of " << all;
        EXPECT_TRUE(is_prefix(text_of(s.target.written), up_text)) << n;
        EXPECT_TRUE(is_prefix(s.to_client().payload, down_text)) << n;
        EXPECT_TRUE(s.client.closed) << n;
        EXPECT_TRUE(s.dialled || s.target.closed) << n;
    }
}

TEST(Bridge, ThrowsNothingWhereTheTargetCannotBeReached) {
    story s;
    s.dialled.reset(); // also what `target` refers to
    s.client.incoming = {masked_frame(binary_frame, "lost"),
                         {},
                         {},
                         {},
                         masked_frame(close_frame, close_text(1011))};
    ASSERT_TRUE(s.run());
    EXPECT_EQ(s.bridge->summary().cause, end_cause::tcp_unreachable);
    EXPECT_EQ(s.bridge->summary().code, wsgate::close_code::internal_error);
    EXPECT_EQ(text_of(s.client.written),
              "\x88\x28" + close_text(1011, "Failed to connect to downstream server"));
    EXPECT_TRUE(s.client.send_was_shut_down);
}

TEST(Bridge, AnswersOnlyTheNewestPingOfAStalledClient) {
    story s;
    // One byte of the first Pong goes out; then the client takes nothing for a while.
    s.client.write_room = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (char c = '0'; c <= '9'; ++c) {
        s.client.incoming.push_back(masked_frame(ping_frame, std::string(1, c)));
    }
    s.client.incoming.push_back(masked_frame(close_frame, ""));
    for (int i = 0; i < 100; ++i) {
        s.target.incoming.push_back({});
    }
    ASSERT_TRUE(s.run());
    const auto wire = text_of(s.client.written);
    EXPECT_TRUE(wire.starts_with("\x8a\x01"
                                 "0"))
        << testing::PrintToString(wire);
    EXPECT_TRUE(wire.ends_with(std::string("\x88\x00", 2))) << testing::PrintToString(wire);
    EXPECT_LT(wire.size(), 2U + 10U * 3U); // far fewer than ten
}

TEST(Bridge, DeliversWhatAClientSaidBeforeItWentThoughTheTargetTalks) {
    story s;
    s.client.is_deaf = true; // which the target's first word finds out
    s.client.incoming = {{}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    s.client.incoming.push_back(masked_frame(binary_frame, "last words"));
    s.client.incoming.push_back(masked_frame(close_frame, close_text(1000)));
    s.target.incoming = {bytes_of("hello"), bytes_of("still there?")};
    for (int i = 0; i < 200; ++i) {
        s.target.incoming.push_back({});
    }
    ASSERT_TRUE(s.run());
    EXPECT_EQ(text_of(s.target.written), "last words");
    EXPECT_TRUE(s.target.send_was_shut_down);
    EXPECT_EQ(s.bridge->summary().cause, end_cause::websocket_closed);
    EXPECT_EQ(s.bridge->summary().code, wsgate::close_code::normal);
}

TEST(Bridge, LeavesOthersTheirTurnsInAFloodOfPings) {
    constexpr std::size_t count = 50'000; // 300 KB
    story s;
    s.scratch.resize(std::size_t{16} * 1024);
    const auto ping = masked_frame(ping_frame, "");
    bytes flood;
    for (std::size_t i = 0; i < count; ++i) {
        flood.insert(flood.end(), ping.begin(), ping.end());
    }
    s.client.incoming.push_back(std::move(flood));
    int turns = 0; // of something else on the same event loop
    std::function<void()> turn = [&] {
        if (!s.done && ++turns < 1'000'000) {
            asio::post(s.context, turn);
        }
    };
    asio::post(s.context, turn);
    ASSERT_TRUE(s.run());
    EXPECT_GE(turns, 60) << "4 KiB of pings a turn, once it is known what they are";
}

TEST(Bridge, CutsOffAClientThatIsDeafAndMute) {
    story s;
    s.client.is_deaf = true;
    s.client.ends_with_eof = false;
    s.target.ends_with_eof = false;
    s.target.incoming = {bytes_of("hello"), bytes_of("still there?")};
    ASSERT_TRUE(s.run());
    EXPECT_EQ(s.bridge->summary().cause, end_cause::websocket_lost);
    EXPECT_EQ(s.bridge->summary().code, wsgate::close_code::abnormal);
}

TEST(Bridge, TellsATargetThatTakesNothingThatTheSessionIsOver) {
    story s;
    s.target.is_deaf = true;
    s.client.incoming = {masked_frame(binary_frame, "keys")};
    s.target.incoming = {{}, {}, {}}; // and EOF
    ASSERT_TRUE(s.run());
    EXPECT_TRUE(s.target.send_was_shut_down);
    EXPECT_TRUE(s.target.closed);
}

TEST(Bridge, CutsOffAClientThatNeverAnswersOurClose) {
    story s;
    s.client.ends_with_eof = false;
    s.target.incoming = {bytes_of("bye")}; // and EOF
    ASSERT_TRUE(s.run());
    EXPECT_EQ(s.to_client().frames, (std::vector<unsigned>{binary_frame, close_frame}));
    EXPECT_EQ(s.bridge->summary().cause, end_cause::tcp_closed);
    EXPECT_TRUE(s.client.closed);
}

TEST(Bridge, TellsOfADefectWhateverTheCutMakesOfTheOtherEnd) {
    story s;
    s.dial = break_down;
    s.client.ends_with_eof = false;
    ASSERT_TRUE(s.run());
    EXPECT_EQ(s.bridge->summary().cause, end_cause::defect);
    EXPECT_EQ(s.bridge->summary().reason, "the dialler has a defect");
    EXPECT_TRUE(s.client.closed);
}

TEST(Bridge, KnowsWhoseDoingAnEndWas) {
    using wsgate::ended_by;
    const std::vector<std::pair<end_cause, ended_by>> table{
        {end_cause::none, ended_by::bridge},
        {end_cause::websocket_closed, ended_by::websocket},
        {end_cause::websocket_lost, ended_by::websocket},
        {end_cause::websocket_broke_rules, ended_by::bridge},
        {end_cause::tcp_closed, ended_by::tcp},
        {end_cause::tcp_lost, ended_by::tcp},
        {end_cause::tcp_unreachable, ended_by::tcp},
        {end_cause::no_pong, ended_by::bridge},
        {end_cause::idle, ended_by::bridge},
        {end_cause::going_away, ended_by::bridge},
        {end_cause::defect, ended_by::bridge},
    };
    for (const auto& [why, who] : table) {
        EXPECT_EQ(wsgate::side_of(why), who) << static_cast<int>(why);
    }
}

namespace {

/// As when another process goes on with it.
void go_through_a_record(wsgate::bridge_state& state) {
    wsgate::moved_session moved;
    moved.state = state;
    auto again = wsgate::read<wsgate::moved_session>(wsgate::fields_of(moved)).value().state;
    again.to_tcp = std::move(state.to_tcp);
    again.to_websocket = std::move(state.to_websocket);
    state = std::move(again);
}

/// A bridge that is detached after so many turns of its event loop, and another one that goes on.
struct moved_story {
    story before;
    std::unique_ptr<wsgate::bridge> after;
    std::optional<wsgate::bridge::detached> parts;
    bool had_not_dialled = false;
    bool done = false;

    void detach_after(int turns) {
        asio::post(before.context, [this, turns] {
            if (turns > 0) {
                detach_after(turns - 1);
            } else {
                parts = before.bridge->detach();
            }
        });
    }

    /// False where the bridge had nothing left to detach by then.
    bool run(int turns) {
        auto& b = before;
        b.bridge = std::make_unique<wsgate::bridge>(b.context.get_executor(), b.scratch, b.client,
                                                    b.dial, b.options);
        asio::co_spawn(b.context, b.bridge->run(std::move(b.early)),
                       [&b](const std::exception_ptr&) { b.done = true; });
        detach_after(turns);
        b.context.run_for(5s);
        if (!parts) {
            return false;
        }
        EXPECT_TRUE(b.done);
        EXPECT_FALSE(b.client.closed);
        EXPECT_FALSE(b.target.closed);
        go_through_a_record(parts->state);
        had_not_dialled = parts->tcp == nullptr;
        after = std::make_unique<wsgate::bridge>(b.context.get_executor(), b.scratch, b.client,
                                                 std::move(*parts), b.dial, b.options);
        asio::co_spawn(b.context, after->run({}),
                       [this](const std::exception_ptr& e) { done = !e; });
        b.context.run_for(5s);
        return true;
    }
};

} // namespace

TEST(Bridge, GoesOnByteForByteWhereAnotherOneWasDetached) {
    int moved = 0;
    for (int turns = 1; turns < 300; ++turns) {
        moved_story s;
        tell_all(s.before);
        if (!s.run(turns)) {
            continue;
        }
        ++moved;
        ASSERT_TRUE(s.done) << turns;
        EXPECT_EQ(text_of(s.before.target.written), up_text) << turns;
        const auto got = s.before.to_client();
        EXPECT_TRUE(got.whole) << turns;
        EXPECT_EQ(got.payload, down_text) << turns;
        EXPECT_EQ(got.frames.back(), close_frame) << turns;
        EXPECT_EQ(s.after->summary().cause, end_cause::websocket_closed) << turns;
        EXPECT_EQ(s.after->summary().to_tcp, up_text.size()) << turns;
    }
    EXPECT_GT(moved, 20);
}

TEST(Bridge, GoesOnWhereTheOtherOneHadNotDialledYet) {
    moved_story s;
    tell_all(s.before);
    auto& client = s.before.client;
    s.before.options.dial = wsgate::dial_time::first_data;
    client.incoming.push_front(std::exchange(s.before.early, {}));
    for (int i = 0; i < 20; ++i) { // it is mute at first
        client.incoming.push_front({});
    }
    ASSERT_TRUE(s.run(3));
    ASSERT_TRUE(s.done);
    EXPECT_TRUE(s.had_not_dialled);
    EXPECT_EQ(text_of(s.before.target.written), up_text);
    EXPECT_EQ(s.before.to_client().payload, down_text);
}

} // namespace bridge_test
