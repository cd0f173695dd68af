// The length of each message of a viewer, from its head alone.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/client_messages.hpp"
#include "tests/rfb/messages/client_examples.hpp"

#include <gtest/gtest.h>

#include <set>

namespace client_messages_test {

using namespace support;

namespace {

std::optional<std::uint64_t> size_by_head(const bytes& message) {
    const auto type = std::to_integer<std::uint8_t>(message.front());
    return rfb::client_message_size(std::span(message).first(rfb::client_head_size(type)));
}

} // namespace

TEST(ClientMessage, HasTheLengthThatItsHeadTells) {
    for (const auto& [what, message, passes] : client_examples()) {
        EXPECT_EQ(size_by_head(message), message.size()) << what;
    }
    EXPECT_EQ(size_by_head(from_hex("02 00 0003 00000007 00000000 ffffff20")), 16U);
    EXPECT_EQ(size_by_head(from_hex("06 000000 fffffffc 08000001")), 12U) << "extended clipboard";
    EXPECT_EQ(size_by_head(from_hex("06 000000 7fffffff")), 0x80000007U);
}

TEST(ClientMessage, OfEachKindIsAmongTheExamples) {
    std::set<std::uint8_t> there{rfb::client_message::set_encodings};
    for (const auto& each : client_examples()) {
        there.insert(std::to_integer<std::uint8_t>(each.message.front()));
    }
    for (unsigned type = 0; type < 256; ++type) {
        const auto head = rfb::client_head_size(static_cast<std::uint8_t>(type));
        EXPECT_EQ(head > 0, there.count(static_cast<std::uint8_t>(type)) == 1) << type;
        EXPECT_LE(head, rfb::longest_client_head);
    }
}

TEST(ClientMessage, ThatNoProgramSendsHasNoLength) {
    for (const auto* const head : {
             "06 000000 ffffffff", // fewer bytes than the flags have
             "06 000000 80000000", // no number has this for its negative
             "f8 000000 00000000 41",
             "07 63 0000 00000000 00000000",
             "ff 02 0000",
             "ff 01 0003",
         }) {
        EXPECT_EQ(rfb::client_message_size(from_hex(head)), std::nullopt) << head;
    }
}

} // namespace client_messages_test
