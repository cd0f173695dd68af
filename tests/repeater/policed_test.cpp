// Sessions under a policy, through a whole repeater: what arrives, how they end, what is told.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/repeater/running_server.hpp"
#include "tests/rfb/messages/handshakes.hpp"
#include "tests/rfb/messages/server_examples.hpp"

#include <gtest/gtest.h>

namespace policed_test {

namespace {

using namespace repeater;
using how = event::ended::how;
using rfb::side;
using support::bytes;
using support::bytes_of;
using support::from_hex;
using support::joined;
using support::running_server;
using support::tcp_client;

const auto request = from_hex("03 01 0000 0000 0320 0258");
const auto key = from_hex("04 01 0000 0000ff0d");

/// How many threads relay, as in relay_test.
struct Policed : testing::TestWithParam<std::size_t> {
    [[nodiscard]] static config with(const std::string& policy) {
        auto c = support::loopback_config();
        c.threads = GetParam();
        c.policies = {*parse_policy(policy)};
        return c;
    }
};

struct both {
    void close() {
        viewer.close();
        server.close();
    }

    tcp_client server;
    tcp_client viewer;
};

both join(running_server& repeater, const std::string& id = "ID:lab-1") {
    auto server = repeater.wait_as(side::server, id);
    return {std::move(server), repeater.introduce(side::viewer, id)};
}

/// The bytes that `to` gets are those that `from` sent.
void say(tcp_client& from, tcp_client& to, const bytes& said) {
    from.send(said);
    EXPECT_EQ(to.receive(said.size()), said);
}

void shake_hands(both& b) {
    for (const auto& [from, said] : support::usual_handshake()) {
        from == side::server ? say(b.server, b.viewer, said) : say(b.viewer, b.server, said);
    }
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Threads, Policed, testing::Values(1, 2),
                         testing::PrintToStringParamName());

TEST_P(Policed, AViewerThatOnlyViewsDoesNothingElse) {
    running_server repeater(with("lab-* view-only"));
    auto pair = join(repeater);
    shake_hands(pair);
    EXPECT_EQ(repeater.events.wait_for<event::paired>().policy, "lab-*");
    EXPECT_EQ(repeater.events.wait_for<event::described>().facts.desktop_name, "lab");
    for (int i = 0; i < 20; ++i) {
        pair.viewer.send(joined({key, request, key}));
        EXPECT_EQ(pair.server.receive(request.size()), request);
    }
    const auto update = from_hex("00 00 0001 0000 0000 0002 0001 00000000 0000ff00 ff000000");
    say(pair.server, pair.viewer, update);
    pair.close();
    const auto seen = repeater.events.wait_for<event::understood>().read;
    EXPECT_EQ(seen.dropped, 40U);
    EXPECT_EQ(seen.seen.keys, 0U) << "what the server got";
    EXPECT_EQ(seen.seen.update_requests, 20U);
    EXPECT_EQ(seen.seen.updates, 1U);
    EXPECT_EQ(repeater.events.wait_for<event::ended>().from_viewer.end, how::eof);
}

TEST_P(Policed, BulkOfTheServerArrivesWhole) {
    running_server repeater(with("lab-* view-only"));
    auto pair = join(repeater);
    shake_hands(pair);
    constexpr std::size_t rows = 2000;
    auto update = from_hex("00 00 0001 0000 0000 03e8 07d0 00000000"); // 1000 x 2000 pixels
    const auto picture = bytes_of(support::pattern(rows * 1000 * 4));
    update.insert(update.end(), picture.begin(), picture.end());
    const auto whole = joined({update, update, from_hex("02")});
    auto sending = std::async(std::launch::async, [&] { pair.server.send(whole); });
    EXPECT_EQ(pair.viewer.receive(whole.size()), whole);
    sending.get();
    pair.viewer.send(joined({key, request}));
    EXPECT_EQ(pair.server.receive(request.size()), request);
    pair.close();
    const auto seen = repeater.events.wait_for<event::understood>().read.seen;
    EXPECT_EQ(seen.updates, 2U);
    EXPECT_EQ(seen.bells, 1U);
    EXPECT_FALSE(seen.ended_by);
}

TEST_P(Policed, OthersArePassedAsTheyAre) {
    running_server repeater(with("lab-* view-only"));
    auto pair = join(repeater, "ID:office");
    shake_hands(pair);
    say(pair.viewer, pair.server, key);
    say(pair.viewer, pair.server, from_hex("0c 01"));
    pair.close();
    (void)repeater.events.wait_for<event::ended>();
    EXPECT_EQ(repeater.events.count<event::understood>(), 0U);
    EXPECT_EQ(repeater.events.wait_for<event::paired>().policy, "");
}

TEST_P(Policed, AServerThatOffersNothingAdmittedIsRefusedInWords) {
    running_server repeater(with("lab-* deny-security=None"));
    auto pair = join(repeater);
    say(pair.server, pair.viewer, bytes_of("RFB 003.008\n"));
    say(pair.viewer, pair.server, bytes_of("RFB 003.008\n"));
    pair.server.send(from_hex("01 01"));
    const auto said = pair.viewer.receive_until_eof();
    const auto broken = repeater.events.wait_for<event::policy_broken>();
    EXPECT_EQ(said, joined({from_hex("00 000000"), bytes{static_cast<std::byte>(broken.why.size())},
                            bytes_of(broken.why)}));
    EXPECT_TRUE(pair.server.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::ended>().from_server.end, how::policy);
}

TEST_P(Policed, ASessionThatCannotBeReadIsRefusedInWordsOfOurOwn) {
    running_server repeater(with("* view-only"));
    auto pair = join(repeater);
    pair.server.send(from_hex("16 0301 0000"));
    EXPECT_EQ(pair.viewer.receive(12), bytes_of("RFB 003.008\n"));
    pair.viewer.send(bytes_of("RFB 003.008\n"));
    const auto said = support::text_of(pair.viewer.receive_until_eof());
    EXPECT_NE(said.find("can read"), std::string::npos);
    EXPECT_TRUE(pair.server.is_closed_by_peer());
}

TEST_P(Policed, AMessageThatIsNotUnderstoodEndsItAndIsTold) {
    running_server repeater(with("* files=no"));
    auto pair = join(repeater);
    shake_hands(pair);
    pair.viewer.send(joined({request, from_hex("0c"), key}));
    EXPECT_EQ(pair.server.receive_until_eof(), request);
    EXPECT_TRUE(pair.viewer.is_closed_by_peer());
    const auto broken = repeater.events.wait_for<event::policy_broken>();
    EXPECT_EQ(broken.by, side::viewer);
    EXPECT_EQ(broken.what, (rfb::surprise{12, request.size()}));
}

TEST_P(Policed, TheServersClipboardStaysThere) {
    running_server repeater(with("* clipboard=to-server"));
    auto pair = join(repeater);
    shake_hands(pair);
    const auto text = from_hex("03 000000 00000002 6869");
    const auto bell = from_hex("02");
    pair.server.send(joined({bell, text, bell}));
    EXPECT_EQ(pair.viewer.receive(2), joined({bell, bell}));
    const auto mine = from_hex("06 000000 00000002 6869");
    say(pair.viewer, pair.server, mine);
}

TEST_P(Policed, APolicySetsLimitsOfItsOwn) {
    running_server repeater(with("* session-max=1"));
    auto pair = join(repeater);
    EXPECT_TRUE(pair.viewer.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::ended>().from_viewer.end, how::expired);
}

TEST_P(Policed, IsRaisedAndLoweredWhileItLives) {
    running_server repeater(with("* view-only"));
    auto pair = join(repeater);
    shake_hands(pair);
    const auto number = repeater.events.wait_for<event::described>().pair;
    pair.viewer.send(joined({key, request}));
    EXPECT_EQ(pair.server.receive(request.size()), request);
    EXPECT_EQ(repeater.change_policy(number, "view-only=no"), change_outcome::changed);
    say(pair.viewer, pair.server, key);
    EXPECT_EQ(repeater.change_policy(number, "view-only"), change_outcome::changed);
    EXPECT_EQ(pair.server.receive(key.size()), from_hex("04 00 0000 0000ff0d")) << "released";
    pair.viewer.send(joined({key, request}));
    EXPECT_EQ(pair.server.receive(request.size()), request);
    EXPECT_FALSE(repeater.events.wait_for<event::policy_changed>(1).now.view_only);
    EXPECT_TRUE(repeater.events.wait_for<event::policy_changed>(2).now.view_only);
    EXPECT_EQ(repeater.change_policy(number, "clipboard=none"), change_outcome::fixed);
    EXPECT_EQ(repeater.change_policy(session_number{4711}, "view-only"), change_outcome::unknown);
}

TEST_P(Policed, InsightTellsWhatASessionHasCarried) {
    auto c = support::loopback_config();
    c.threads = GetParam();
    c.has_insight = true;
    running_server repeater(c);
    auto pair = join(repeater);
    shake_hands(pair);
    bytes said;
    for (const auto& each : support::client_examples()) {
        said.insert(said.end(), each.message.begin(), each.message.end());
    }
    say(pair.viewer, pair.server, said);
    bytes answer = from_hex("00 00 ffff");
    for (const auto& each : support::rectangle_examples()) {
        answer.insert(answer.end(), each.data.begin(), each.data.end());
    }
    say(pair.server, pair.viewer, joined({answer, from_hex("0000 0000 0000 0000 ffffff20 02")}));
    pair.close();
    const auto seen = repeater.events.wait_for<event::understood>().read.seen;
    EXPECT_EQ(seen.keys, 2U);
    EXPECT_EQ(seen.updates, 1U);
    EXPECT_EQ(seen.bells, 1U);
    EXPECT_EQ(seen.rectangles_in_all, support::rectangle_examples().size() + 1);
    EXPECT_FALSE(seen.ended_by);
}

TEST_P(Policed, InsightIsThereWhileTheSessionLives) {
    running_server repeater(with("* view-only"));
    auto pair = join(repeater);
    shake_hands(pair);
    pair.viewer.send(joined({key, request}));
    EXPECT_EQ(pair.server.receive(request.size()), request);
    repeater.show_sessions();
    const auto read = repeater.events.wait_for<event::carries>().read;
    ASSERT_TRUE(read);
    EXPECT_EQ(read->dropped, 1U);
    EXPECT_EQ(read->seen.update_requests, 1U);
}

TEST_P(Policed, InsightEndsWithTheFirstSurpriseAndTheSessionDoesNot) {
    auto c = support::loopback_config();
    c.threads = GetParam();
    c.has_insight = true;
    running_server repeater(c);
    auto pair = join(repeater);
    shake_hands(pair);
    const auto noise = joined({from_hex("02 0c"), bytes(300'000, std::byte{7})});
    auto sending = std::async(std::launch::async, [&] { pair.server.send(noise); });
    EXPECT_EQ(pair.viewer.receive(noise.size()), noise);
    sending.get();
    pair.close();
    const auto seen = repeater.events.wait_for<event::understood>().read.seen;
    EXPECT_EQ(seen.bells, 1U);
    ASSERT_TRUE(seen.ended_by);
    EXPECT_EQ(seen.ended_by->second, (rfb::surprise{12, 1}));
}

} // namespace policed_test
