// What each side gets of a handshake under a policy, however it is cut.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/handshake_guard.hpp"
#include "tests/rfb/messages/handshakes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace handshake_guard_test {

using namespace support;
using rfb::side;
using state = rfb::handshake_guard::state;

namespace {

const rfb::session_policy view_only{.viewer = {.view_only = true}};
const rfb::session_policy no_none{.security = {.denied = {1}}};
const rfb::session_policy encrypted{.security = {.required = *rfb::parse_security("encrypted")}};

const auto v3_8 = bytes_of("RFB 003.008\n");
const auto v3_7 = bytes_of("RFB 003.007\n");
const auto v3_3 = bytes_of("RFB 003.003\n");

struct outcome {
    bytes to_viewer;
    bytes to_server;
    state now{};
    std::string reason;

    friend bool operator==(const outcome&, const outcome&) = default;
};

/// Each turn is fed in pieces of `size` bytes.
outcome of(const rfb::session_policy& p, const said_in_turn& said, std::size_t size) {
    rfb::handshake_guard guard(p);
    outcome got;
    for (const auto& [from, turn] : said) {
        for (std::span<const std::byte> rest(turn); !rest.empty();) {
            const auto piece = rest.first(std::min(size, rest.size()));
            const auto taken = guard.feed(from, piece, got.to_viewer, got.to_server);
            if (taken == 0) { // the handshake is over
                break;
            }
            rest = rest.subspan(taken);
        }
    }
    got.now = guard.now();
    got.reason = guard.reason();
    return got;
}

outcome of(const rfb::session_policy& p, const said_in_turn& said) {
    const auto whole = of(p, said, 1'000'000);
    for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 11U}) {
        EXPECT_EQ(of(p, said, size), whole) << size;
    }
    return whole;
}

/// What this side says in all of it.
bytes said_by(side s, const said_in_turn& said) {
    bytes all;
    for (const auto& [from, turn] : said) {
        if (from == s) {
            all.insert(all.end(), turn.begin(), turn.end());
        }
    }
    return all;
}

said_in_turn begun(const bytes& version, std::string_view servers_next) {
    return {{side::server, v3_8}, {side::viewer, version}, {side::server, from_hex(servers_next)}};
}

said_in_turn joined_turns(said_in_turn first, const said_in_turn& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

said_in_turn server_says(std::string_view hex) {
    return {{side::server, from_hex(hex)}};
}

said_in_turn viewer_says(std::string_view hex) {
    return {{side::viewer, from_hex(hex)}};
}

/// In the form of 3.7 and 3.8.
bytes no_types(std::string_view reason) {
    const auto size = static_cast<std::byte>(reason.size());
    return joined({from_hex("00 000000"), bytes{size}, bytes_of(reason)});
}

} // namespace

TEST(HandshakeGuard, PassesAHandshakeThatIsAdmitted) {
    const auto said = usual_handshake();
    const auto got = of(view_only, said);
    EXPECT_EQ(got.now, state::complete);
    EXPECT_EQ(got.to_viewer, said_by(side::server, said));
    EXPECT_EQ(got.to_server, said_by(side::viewer, said));
}

TEST(HandshakeGuard, LetsAViewerThatOnlyViewsShareTheDesktop) {
    auto said = usual_handshake();
    said[5].second = from_hex("00");
    EXPECT_EQ(of(view_only, said).to_server, said_by(side::viewer, usual_handshake()));
    const rfb::session_policy no_files{.viewer = {.files = false}};
    EXPECT_EQ(of(no_files, said).to_server, said_by(side::viewer, said));
}

TEST(HandshakeGuard, TakesTypesOutOfTheList) {
    // None, VncAuth, RA2, VeNCrypt, TLS, one that nobody knows.
    const auto said = begun(v3_8, "06 01 02 05 13 12 99");
    EXPECT_EQ(of(view_only, said).to_viewer, joined({v3_8, from_hex("02 01 02")}))
        << "those that can be read for sure";
    EXPECT_EQ(of(no_none, said).to_viewer, joined({v3_8, from_hex("05 02 05 13 12 99")}));
    EXPECT_EQ(of(encrypted, said).to_viewer, joined({v3_8, from_hex("03 05 13 12")}));
}

TEST(HandshakeGuard, RefusesInWordsWhereNoTypeIsLeft) {
    const auto only_tls = of(view_only, begun(v3_8, "02 05 12"));
    EXPECT_EQ(only_tls.now, state::over);
    EXPECT_NE(only_tls.reason.find("can read"), std::string::npos);
    EXPECT_EQ(only_tls.to_viewer, joined({v3_8, no_types(only_tls.reason)}));
    EXPECT_EQ(only_tls.to_server, v3_8);

    const auto only_none = of(no_none, begun(v3_7, "01 01"));
    EXPECT_EQ(only_none.to_viewer, joined({v3_8, no_types(only_none.reason)}));
    EXPECT_NE(only_none.reason.find("does not admit"), std::string::npos);
}

TEST(HandshakeGuard, RefusesInTheFormOfOldViewers) {
    const auto got = of(no_none, begun(v3_3, "00000001"));
    EXPECT_EQ(got.now, state::over);
    EXPECT_EQ(got.to_viewer, joined({v3_8, from_hex("000000"), no_types(got.reason)}))
        << "a U32 stands where others have a U8";
    EXPECT_EQ(of(no_none, begun(v3_3, "00000002")).to_viewer, joined({v3_8, from_hex("00000002")}));
    EXPECT_EQ(of(view_only, begun(v3_3, "00000013")).now, state::over);
    EXPECT_EQ(of(view_only, begun(v3_3, "fffffffa")).now, state::over) << "UltraVNC's MSLogon";
    const auto servers_own = begun(v3_3, "00000000 00000002 6e6f");
    EXPECT_EQ(of(view_only, servers_own).to_viewer, said_by(side::server, servers_own));
}

TEST(HandshakeGuard, RefusesWhatIsNotRfbWithAGreetingOfItsOwn) {
    const said_in_turn tls{{side::server, from_hex("16 0301 0000")}, {side::viewer, v3_8}};
    const auto got = of(view_only, tls);
    EXPECT_EQ(got.now, state::over);
    EXPECT_EQ(got.to_viewer, joined({v3_8, no_types(got.reason)}));
    EXPECT_TRUE(got.to_server.empty());
    const auto unanswered = of(view_only, {tls.front()});
    EXPECT_EQ(unanswered.now, state::last_words);
    EXPECT_EQ(unanswered.to_viewer, v3_8);
    const auto viewers = of(view_only, {{side::server, v3_8}, {side::viewer, from_hex("16 03")}});
    EXPECT_EQ(viewers.now, state::over) << "it would understand no words";
    EXPECT_TRUE(viewers.to_server.empty());
}

TEST(HandshakeGuard, AdmitsWhatCannotBeReadWhereNobodyNeedsToReadIt) {
    const auto said = joined_turns(joined_turns(begun(v3_8, "02 02 12"), viewer_says("12")),
                                   viewer_says("16 0301"));
    const auto got = of(no_none, said, 1);
    EXPECT_EQ(got.now, state::unread);
    EXPECT_EQ(got.to_server, joined({v3_8, from_hex("12")})) << "what follows is not for the guard";
    EXPECT_EQ(of(view_only, joined_turns(begun(v3_8, "02 02 12"), viewer_says("12"))).now,
              state::over)
        << "it was not offered";
}

TEST(HandshakeGuard, RefusesAChoiceThatWasNotOffered) {
    const auto got = of(no_none, joined_turns(begun(v3_8, "02 01 02"), viewer_says("01")));
    EXPECT_EQ(got.now, state::over);
    EXPECT_EQ(got.to_server, v3_8) << "the choice does not reach the server";
    EXPECT_EQ(of(view_only, joined_turns(begun(v3_8, "02 02 75"), viewer_says("75"))).now,
              state::over)
        << "an announcement is never chosen";
}

TEST(HandshakeGuard, FiltersTheListInsideVeNCrypt) {
    const auto start = joined_turns(
        joined_turns(begun(v3_8, "01 13"), viewer_says("13")),
        joined_turns(server_says("0002"), joined_turns(viewer_says("0002"), server_says("00"))));
    const auto said = joined_turns(
        start, joined_turns(server_says("03 00000102 00000100 00000002"), viewer_says("00000100")));
    const auto got = of(view_only, said);
    EXPECT_EQ(got.to_viewer, joined({v3_8, from_hex("01 13 0002 00 02 00000100 00000002")}));
    EXPECT_EQ(got.to_server, joined({v3_8, from_hex("13 0002 00000100")}));
    EXPECT_EQ(of(no_none, said).to_viewer, said_by(side::server, said));

    const auto nothing = of(view_only, joined_turns(start, server_says("01 00000106")));
    EXPECT_EQ(nothing.to_viewer, joined({v3_8, from_hex("01 13 0002 00 00")}));
    EXPECT_EQ(nothing.now, state::over);

    const auto chosen = joined_turns(
        start, joined_turns(server_says("02 00000102 00000100"), viewer_says("00000102")));
    EXPECT_EQ(of(encrypted, chosen).now, state::unread);
    EXPECT_EQ(of(encrypted, chosen).to_viewer,
              joined({v3_8, from_hex("01 13 0002 00 01 00000102")}));
    EXPECT_EQ(of(view_only, chosen).now, state::over);
}

TEST(HandshakeGuard, HidesTightsTunnelsAndFiltersItsList) {
    constexpr auto tunnels = "00000001 00000001 54474854 53534c5f5f5f5f5f";
    constexpr auto types = "00000002 00000001 53544456 4e4f415554485f5f"
                           "00000002 53544456 564e43415554485f";
    const auto start = joined_turns(begun(v3_8, "01 10"), viewer_says("10"));
    const auto said = joined_turns(joined_turns(start, server_says(tunnels)),
                                   joined_turns(server_says(types), viewer_says("00000002")));
    const auto got = of(no_none, said);
    EXPECT_EQ(got.to_viewer, joined({v3_8, from_hex("01 10 00000000 00000001"),
                                     from_hex("00000002 53544456 564e43415554485f")}));
    EXPECT_EQ(got.to_server, joined({v3_8, from_hex("10 00000000 00000002")}));
    const auto hasty = joined_turns(joined_turns(begun(v3_8, "01 10"), viewer_says("10 00000002")),
                                    joined_turns(server_says(tunnels), server_says(types)));
    EXPECT_EQ(of(no_none, hasty).to_viewer, got.to_viewer);
    EXPECT_EQ(of(no_none, hasty).to_server, got.to_server) << "what it chooses is no tunnel";
    const auto without = joined_turns(start, server_says("00000000 00000000"));
    EXPECT_EQ(of(no_none, without).now, state::over) << "nobody would have to log in";
    EXPECT_EQ(of(view_only, without).now, state::in_progress);
}

TEST(HandshakeGuard, FollowsTheLayersOfUltraVnc) {
    const auto said =
        joined_turns(joined_turns(begun(v3_8, "02 11 75"), viewer_says("11")),
                     joined_turns(server_says("ffffffff 02 01 02"), viewer_says("02")));
    EXPECT_EQ(of(no_none, said).to_viewer, joined({v3_8, from_hex("02 11 75 ffffffff 01 02")}));
    EXPECT_EQ(of(no_none, said).to_server, joined({v3_8, from_hex("11 02")}));
}

TEST(HandshakeGuard, PassesTheServersOwnRefusalAndNothingOfTheViewerAfterIt) {
    const auto refused = begun(v3_8, "00 00000002 6e6f");
    const auto got = of(view_only, refused);
    EXPECT_EQ(got.now, state::declined);
    EXPECT_EQ(got.to_viewer, said_by(side::server, refused));
    const said_in_turn early{{side::server, joined({v3_8, from_hex("00 00000002 6e6f")})},
                             {side::viewer, v3_8}};
    EXPECT_EQ(of(view_only, early), got) << "the viewer comes later";
    const auto late = joined_turns(joined_turns(begun(v3_8, "01 01"), viewer_says("01")),
                                   server_says("00000001 00000002 6e6f"));
    EXPECT_EQ(of(view_only, late).to_viewer, said_by(side::server, late));
}

TEST(HandshakeGuard, EndsAtALogInThatCannotBeFollowed) {
    const auto said = joined_turns(joined_turns(begun(v3_8, "01 06"), viewer_says("06")),
                                   server_says("00000001"));
    const auto got = of(view_only, said);
    EXPECT_EQ(got.now, state::over);
    EXPECT_FALSE(got.reason.empty());
}

} // namespace handshake_guard_test
