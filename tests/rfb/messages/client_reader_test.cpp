// A viewer's messages are told one by one, however they are cut.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/client_reader.hpp"
#include "tests/rfb/messages/client_examples.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace client_reader_test {

using namespace support;

namespace {

struct listener final : rfb::client_reader::listener {
    void said(std::span<const std::byte> start, std::uint64_t size) override {
        all.emplace_back(bytes(start.begin(), start.end()), size);
    }

    std::vector<std::pair<bytes, std::uint64_t>> all;
};

} // namespace

TEST(ClientReader, TellsOfEachMessageAndItsSize) {
    bytes said;
    std::vector<std::pair<std::byte, std::uint64_t>> expected;
    for (const auto& each : client_examples()) {
        said.insert(said.end(), each.message.begin(), each.message.end());
        expected.emplace_back(each.message.front(), each.message.size());
    }
    for_each_split(said, [&](const auto& parts) {
        rfb::client_reader reader;
        listener heard;
        for (const auto part : parts) {
            reader.read(part, heard);
        }
        EXPECT_FALSE(reader.surprised());
        ASSERT_EQ(heard.all.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            EXPECT_EQ(heard.all[i].first.front(), expected[i].first);
            EXPECT_EQ(heard.all[i].second, expected[i].second) << client_examples()[i].what;
        }
    });
}

TEST(ClientReader, TellsFormatsAndEncodingsWhole) {
    const auto format = from_hex("00000000 20180001 00ff00ff00ff 100800 000000");
    const auto encodings = from_hex("02 00 0002 00000007 00000000");
    const auto text = from_hex("06 000000 00000004 74657874");
    rfb::client_reader reader;
    listener heard;
    reader.read(joined({format, encodings, text}), heard);
    ASSERT_EQ(heard.all.size(), 3U);
    EXPECT_EQ(heard.all[0].first, format);
    EXPECT_EQ(heard.all[1].first, encodings);
    EXPECT_EQ(heard.all[2].first, bytes(text.begin(), text.begin() + 8)) << "never what is in it";
}

TEST(ClientReader, EndsAtWhatNobodyHasDescribed) {
    for (const auto* const hex : {"0c", "7f", "ff 02 0000", "06 000000 ffffffff", "02 00 0401",
                                  "f8 000000 00000000 41", "07 63 0000 00000000 00000000"}) {
        rfb::client_reader reader;
        listener heard;
        reader.read(joined({from_hex("0d"), from_hex(hex), from_hex("0d")}), heard);
        const auto type = from_hex(hex).front();
        EXPECT_EQ(reader.surprised(), (rfb::surprise{std::to_integer<std::uint8_t>(type), 1}))
            << hex;
        EXPECT_EQ(heard.all.size(), 1U);
    }
}

TEST(ClientReader, TakesLongerPointerEventsOnceTheyAreAgreedOn) {
    const auto said = from_hex("05 81 0010 0020 01 0d");
    rfb::client_reader reader;
    listener heard;
    reader.take_extended_pointers();
    reader.read(said, heard);
    ASSERT_EQ(heard.all.size(), 2U);
    EXPECT_EQ(heard.all[0].second, 7U);
    reader.read(from_hex("05 01 0010 0020 0d"), heard);
    EXPECT_EQ(heard.all[2].second, 6U);
    EXPECT_EQ(heard.all.size(), 4U);
}

} // namespace client_reader_test
