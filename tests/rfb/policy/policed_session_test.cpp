// Whole sessions under a policy: what reaches the other side, and how they end.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/policed_session.hpp"
#include "tests/rfb/messages/handshakes.hpp"
#include "tests/rfb/messages/server_examples.hpp"
#include "tests/support/allocation_counter.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace policed_session_test {

using namespace support;
using rfb::side;
using state = rfb::policed_session::state;

namespace {

const auto request = from_hex("03 01 0000 0000 0320 0258");
const auto key = from_hex("04 01 0000 0000ff0d");
const auto key_up = from_hex("04 00 0000 0000ff0d");
const auto bell = from_hex("02");

struct wire {
    explicit wire(const rfb::session_policy& p) : session(p) {}

    void say(side from, std::span<const std::byte> some) {
        auto& on = from == side::viewer ? to_server : to_viewer;
        auto& back = from == side::viewer ? to_viewer : to_server;
        session.pass(from, some, on, back, 0);
    }

    void say(side from, const bytes& all, std::size_t size) {
        for (std::span<const std::byte> rest(all); !rest.empty();) {
            const auto piece = rest.first(std::min(size, rest.size()));
            say(from, piece);
            rest = rest.subspan(piece.size());
        }
    }

    void forget() {
        to_viewer.clear();
        to_server.clear();
    }

    rfb::policed_session session;
    bytes to_viewer;
    bytes to_server;
};

std::unique_ptr<wire> begun(const rfb::session_policy& p) {
    auto all = std::make_unique<wire>(p);
    for (const auto& [from, said] : usual_handshake()) {
        all->say(from, said);
    }
    EXPECT_EQ(all->to_viewer.size(), 12U + 2 + 4 + usual_server_init().size());
    EXPECT_EQ(all->to_server.size(), 12U + 1 + 1);
    all->forget();
    return all;
}

} // namespace

TEST(PolicedSession, PassesTheViewersDirectionThroughTheFilterAtEverySplit) {
    bytes said;
    bytes expected;
    for (const auto& each : client_examples()) {
        said.insert(said.end(), each.message.begin(), each.message.end());
        if (each.passes_under.find('v') != std::string_view::npos) {
            expected.insert(expected.end(), each.message.begin(), each.message.end());
        }
    }
    for (const std::size_t size : {1U, 2U, 3U, 5U, 8U, 13U, 21U, 34U, 1000U}) {
        auto all = std::make_unique<wire>(rfb::session_policy{.viewer = {.view_only = true}});
        auto handshake = usual_handshake();
        // UltraVNC's, since some of the messages are its own.
        handshake[2].second = from_hex("02 11 01");
        for (const auto& [from, turn] : handshake) {
            all->say(from, turn, size);
        }
        all->forget();
        all->say(side::viewer, said, size);
        EXPECT_EQ(all->to_server, expected) << size;
        EXPECT_EQ(all->session.now(), state::goes_on);
        EXPECT_GT(all->session.dropped(), 20U);
    }
}

TEST(PolicedSession, DropsTheServersMessagesUnderThePoliciesThatAreAboutThem) {
    const std::array<std::pair<char, rfb::viewer_policy>, 2> policies{
        {{'c', {.clipboard_to_viewer = false}}, {'x', {.chat = false}}}};
    for (const auto& [letter, policy] : policies) {
        for (const auto& [what, message, passes] : server_examples()) {
            for (const std::size_t size : {1U, 2U, 3U, 7U, 1000U}) {
                wire all({.viewer = policy});
                auto handshake = usual_handshake();
                const bool is_tight = what.starts_with("Tight");
                handshake[2].second = is_tight ? from_hex("01 10") : from_hex("02 11 01");
                if (is_tight) {
                    handshake[3].second = from_hex("10");
                    handshake[4].second = from_hex("00000000 00000000 00000000");
                    handshake.back().second =
                        joined({usual_server_init(), from_hex("0000 0000 0000 0000")});
                }
                for (const auto& [from, turn] : handshake) {
                    all.say(from, turn, size);
                }
                ASSERT_FALSE(all.session.is_in_handshake()) << what;
                all.forget();
                all.say(side::server, joined({bell, message, bell}), size);
                const bool may = passes.find(letter) != std::string_view::npos;
                EXPECT_EQ(all.to_viewer, may ? joined({bell, message, bell}) : joined({bell, bell}))
                    << what << " under " << letter;
            }
        }
    }
}

TEST(PolicedSession, LetsTheServersDirectionGoUnseenWhereNobodyReadsIt) {
    auto all = begun({.viewer = {.view_only = true}});
    EXPECT_EQ(all->session.to_pass(side::viewer), 0U);
    EXPECT_EQ(all->session.to_pass(side::server), 0U) << "insight still reads it";
    all->say(side::server, from_hex("00 00 0001 0000 0000 0010 0010 00000000"));
    EXPECT_EQ(all->session.to_pass(side::server), 4U * 16 * 16);
    all->session.passed(side::server, 4 * 16 * 16);
    all->say(side::server, from_hex("0c"));
    EXPECT_EQ(all->session.to_pass(side::server), rfb::policed_session::everything)
        << "insight does not understand it; the session goes on";
    EXPECT_EQ(all->session.now(), state::goes_on);
    EXPECT_EQ(all->session.seen()->updates, 1U);
    EXPECT_TRUE(all->session.seen()->ended_by);
}

TEST(PolicedSession, EndsWhereTheViewerIsNotUnderstood) {
    auto all = begun({.viewer = {.files = false}});
    all->say(side::viewer, joined({request, from_hex("0c 01 02"), key}));
    EXPECT_EQ(all->session.now(), state::over);
    EXPECT_EQ(all->to_server, request);
    ASSERT_TRUE(all->session.broken_by());
    EXPECT_EQ(all->session.broken_by()->first, side::viewer);
    EXPECT_EQ(all->session.broken_by()->second, (rfb::surprise{12, 10}));
    EXPECT_FALSE(all->session.reason().empty());
    all->say(side::server, bell);
    EXPECT_TRUE(all->to_viewer.empty());
}

TEST(PolicedSession, EndsWhereTheServerIsNotUnderstoodAndMustBe) {
    auto all = begun({.viewer = {.clipboard_to_viewer = false}});
    all->say(side::server, from_hex("02 0c"));
    EXPECT_EQ(all->session.now(), state::over);
    EXPECT_EQ(all->to_viewer, bell) << "not a byte of what is not understood";
    EXPECT_EQ(all->session.broken_by()->first, side::server);
}

TEST(PolicedSession, NarrowsEncodingsToThoseThatCanBeMeasured) {
    auto all = begun({.viewer = {.clipboard_to_viewer = false}});
    all->say(side::viewer, request);
    EXPECT_EQ(all->to_server, joined({from_hex("02 00 0001 00000000"), request}))
        << "a viewer that has named none gets Raw";
    all->forget();
    // TRLE, Tight, JPEG, H.264, DesktopSize, the extended clipboard, quality, one nobody knows.
    all->say(side::viewer, from_hex("02 00 0008 0000000f 00000007 00000015 00000032 ffffff21"
                                    "c0a1e5ce ffffffe8 00000401"));
    EXPECT_EQ(all->to_server, from_hex("02 00 0004 00000007 00000032 ffffff21 ffffffe8"));
}

TEST(PolicedSession, TakesTightAwayForAFormatInWhichProgramsDisagree) {
    auto all = begun({.viewer = {.clipboard_to_viewer = false}});
    const auto encodings = from_hex("02 00 0003 00000007 00000010 00000000");
    const auto unusual = from_hex("00000000 20200001 00ff00ff00ff 100800 000000");
    const auto usual = joined({from_hex("00000000"), from_hex(usual_format)});
    all->say(side::viewer, joined({encodings, unusual}));
    EXPECT_EQ(all->to_server,
              joined({encodings, from_hex("02 00 0002 00000010 00000000"), unusual}));
    all->forget();
    all->say(side::viewer, joined({encodings, usual, encodings}));
    EXPECT_EQ(all->to_server, joined({from_hex("02 00 0002 00000010 00000000"), usual, encodings}));
}

TEST(PolicedSession, CanBeRaisedAndLoweredWhileItLives) {
    auto all = begun({.viewer = {.view_only = true}});
    all->say(side::viewer, key);
    EXPECT_TRUE(all->to_server.empty());
    EXPECT_TRUE(all->session.set({}, all->to_server));
    all->say(side::viewer, joined({key_up, key}));
    EXPECT_EQ(all->to_server, joined({key_up, key}));
    all->forget();
    EXPECT_TRUE(all->session.set({.view_only = true}, all->to_server));
    EXPECT_EQ(all->to_server, key_up) << "nobody else could release it";
    EXPECT_FALSE(all->session.set({.clipboard_to_viewer = false}, all->to_server))
        << "what the server has said was not read";
    EXPECT_TRUE(all->session.viewer().view_only);
}

TEST(PolicedSession, CanBeRaisedBeforeItHasBegun) {
    wire all({.viewer = {.view_only = true}});
    EXPECT_TRUE(all.session.set({}, all.to_server));
    for (const auto& [from, said] : usual_handshake()) {
        all.say(from, said);
    }
    all.forget();
    all.say(side::viewer, key);
    EXPECT_EQ(all.to_server, key);
    EXPECT_TRUE(all.session.set({.view_only = true}, all.to_server));
}

TEST(PolicedSession, AllocatesNothingOnceItRuns) {
    const auto update = from_hex("00 00 0001 0000 0000 0002 0001 00000000 0000ff00 ff000000");
    const auto said = joined({key, key_up, from_hex("05 01 0010 0020 05 00 0010 0020"), request});
    for (const rfb::viewer_policy policy : {rfb::viewer_policy{.view_only = true},
                                            rfb::viewer_policy{.clipboard_to_viewer = false}}) {
        auto all = begun({.viewer = policy});
        const auto run = [&] {
            all->forget();
            all->say(side::viewer, said, 5);
            all->say(side::server, update, 7);
        };
        run();
        run();
        const auto before = own_allocations().made;
        run();
        EXPECT_EQ(own_allocations().made, before);
    }
}

TEST(PolicedSession, IsNotReadUnderRulesForSecurityAlone) {
    auto all = begun({.security = {.denied = {2}}});
    EXPECT_EQ(all->session.to_pass(side::viewer), rfb::policed_session::everything);
    EXPECT_EQ(all->session.to_pass(side::server), rfb::policed_session::everything);
    all->say(side::viewer, from_hex("0c ff"));
    EXPECT_EQ(all->to_server, from_hex("0c ff"));
    EXPECT_FALSE(all->session.set({}, all->to_server));
    EXPECT_EQ(all->session.seen(), nullptr);
}

TEST(PolicedSession, LetsTheViewerSayNothingMoreWhereTheServerHasRefused) {
    wire all({.viewer = {.view_only = true}});
    all.say(side::server, bytes_of("RFB 003.008\n"));
    all.say(side::viewer, bytes_of("RFB 003.008\n"));
    all.say(side::server, from_hex("00 00000002 6e6f"));
    EXPECT_EQ(all.to_viewer, joined({bytes_of("RFB 003.008\n"), from_hex("00 00000002 6e6f")}));
    all.forget();
    all.say(side::viewer, key);
    EXPECT_TRUE(all.to_server.empty());
    EXPECT_EQ(all.session.now(), state::goes_on) << "the server is going to close";
}

TEST(PolicedSession, TakesMessagesThatComeInOnePieceWithTheHandshake) {
    wire all({.viewer = {.view_only = true}});
    const auto turns = usual_handshake();
    for (std::size_t i = 0; i < 5; ++i) {
        all.say(turns[i].first, turns[i].second);
    }
    all.forget();
    all.say(side::viewer, joined({turns[5].second, key, request}));
    EXPECT_EQ(all.to_server, from_hex("01")) << "the rest waits for ServerInit";
    all.say(side::server, joined({turns[6].second, bell}));
    EXPECT_EQ(all.to_server, joined({from_hex("01"), request}));
    EXPECT_EQ(all.to_viewer, joined({turns[6].second, bell}));
}

} // namespace policed_session_test
