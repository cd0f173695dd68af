// What is counted of a session, and that no content of it is kept.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/session_reader.hpp"
#include "tests/rfb/messages/handshakes.hpp"
#include "tests/rfb/messages/server_examples.hpp"

#include <gtest/gtest.h>

namespace session_reader_test {

using namespace support;
using rfb::side;

namespace {

/// Behind a handshake of a desktop of 800 x 600 pixels that is called lab.
rfb::session_reader begun() {
    rfb::handshake_reader handshake;
    for (const auto& [from, said] : usual_handshake()) {
        handshake.feed(from, said);
    }
    EXPECT_EQ(handshake.facts().reached, rfb::handshake_facts::stage::complete);
    return rfb::session_reader(handshake);
}

} // namespace

TEST(SessionReader, KnowsWhatTheHandshakeHasSaid) {
    const auto reader = begun();
    EXPECT_EQ(reader.seen().width, 800);
    EXPECT_EQ(reader.seen().height, 600);
    EXPECT_EQ(reader.seen().desktop_name, "lab");
    EXPECT_EQ(reader.seen().format.bits_per_pixel, 32);
    EXPECT_FALSE(reader.is_over());
}

TEST(SessionReader, CountsWhatTheViewerDoes) {
    bytes said;
    for (const auto& each : client_examples()) {
        said.insert(said.end(), each.message.begin(), each.message.end());
    }
    auto reader = begun();
    reader.feed(side::viewer, said, 17);
    const auto& seen = reader.seen();
    EXPECT_EQ(seen.update_requests, 1U);
    EXPECT_EQ(seen.keys, 2U) << "one of them is QEMU's";
    EXPECT_EQ(seen.pointer_events, 1U);
    EXPECT_EQ(seen.last_input, 17U);
    EXPECT_EQ(seen.clipboard_to_server, (rfb::amount{1, 10}));
    EXPECT_EQ(seen.chat_to_server.count, 2U);
    EXPECT_EQ(seen.files_to_server.count, 13U);
    EXPECT_EQ(seen.xvp, 1U);
    EXPECT_EQ(seen.size_requests, 1U);
    EXPECT_FALSE(reader.is_over());
    reader.feed(side::viewer, from_hex("02 00 0003 00000007 00000000 ffffff20"), 18);
    EXPECT_EQ(seen.encodings_asked, (std::vector<std::int32_t>{7, 0, -224}));
}

TEST(SessionReader, CountsWhatTheServerDoes) {
    auto reader = begun();
    bytes said = from_hex("00 00 0003 0000 0000 0002 0001 00000000 0000ff00 ff000000"
                          "0000 0000 0001 0001 00000001 00000000"
                          "0000 0000 0002 0001 00000000 0000ff00 ff000000");
    const auto text = from_hex("03 000000 00000002 6869");
    reader.feed(side::server, joined({said, text, from_hex("02"), text}), 5);
    const auto& seen = reader.seen();
    EXPECT_EQ(seen.updates, 1U);
    EXPECT_EQ(seen.last_update, 5U);
    EXPECT_EQ(seen.rectangles_in_all, 3U);
    EXPECT_EQ(seen.rectangles,
              (std::vector<std::pair<std::int32_t, std::uint64_t>>{{0, 2}, {1, 1}}));
    EXPECT_EQ(seen.clipboard_to_viewer, (rfb::amount{2, 20}));
    EXPECT_EQ(seen.bells, 1U);
}

TEST(SessionReader, FollowsTheDesktopsSizeAndName) {
    auto reader = begun();
    const auto& seen = reader.seen();
    reader.feed(side::server, from_hex("00 00 0001 0000 0000 0280 01e0 ffffff21"), 0);
    EXPECT_EQ(seen.width, 640);
    EXPECT_EQ(seen.height, 480);
    const auto resized = [](std::string_view place) {
        return joined(
            {from_hex("00 00 0001"), from_hex(place), from_hex("0400 0300 fffffecc 00000000")});
    };
    reader.feed(side::server, resized("0001 0003"), 0);
    EXPECT_EQ(seen.width, 640) << "it was refused";
    reader.feed(side::server, resized("0001 0000"), 0);
    EXPECT_EQ(seen.width, 1024);
    reader.feed(side::server, from_hex("04 00 0140 00f0"), 0);
    EXPECT_EQ(seen.height, 240);
    reader.feed(side::server, from_hex("00 00 0001 0000 0000 0000 0000 fffffecd 00000002 6869"), 0);
    EXPECT_EQ(seen.desktop_name, "hi");
}

TEST(SessionReader, EndsWithTheFirstSurpriseOfEither) {
    auto reader = begun();
    reader.feed(side::server, from_hex("02"), 0);
    reader.feed(side::viewer, from_hex("0d 0c"), 0);
    EXPECT_TRUE(reader.is_over());
    EXPECT_EQ(reader.seen().ended_by, (std::pair{side::viewer, rfb::surprise{12, 1}}));
    reader.feed(side::server, from_hex("02"), 0);
    EXPECT_EQ(reader.seen().bells, 1U);
    EXPECT_EQ(reader.to_pass(), 0U);
}

TEST(SessionReader, TakesLongerPointerEventsOnceTheServerHasThem) {
    auto reader = begun();
    reader.feed(side::server, from_hex("00 00 0001 0000 0000 0000 0000 fffffec4"), 0);
    reader.feed(side::viewer, from_hex("05 81 0010 0020 01 04 01 0000 00000061"), 0);
    EXPECT_EQ(reader.seen().pointer_events, 1U);
    EXPECT_EQ(reader.seen().keys, 1U);
    EXPECT_FALSE(reader.is_over());
}

TEST(SessionReader, MeasuresPixelsInTheFormatThatTheViewerHasSet) {
    auto reader = begun();
    reader.feed(side::viewer,
                from_hex("00000000 10100001 001f003f001f 0b0500 000000"
                         "03 00 0000 0000 0320 0258"),
                0);
    reader.feed(side::server, from_hex("00 00 0001 0000 0000 0001 0001 00000000 0102 02"), 0);
    EXPECT_EQ(reader.seen().bells, 1U);
    EXPECT_FALSE(reader.is_over());
}

} // namespace session_reader_test
