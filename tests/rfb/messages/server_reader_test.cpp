// A server's messages and rectangles are measured, however they are cut.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/encoding.hpp"
#include "rfb/messages/server_reader.hpp"
#include "tests/rfb/messages/server_examples.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace server_reader_test {

using namespace support;

namespace {

struct listener final : rfb::server_reader::listener {
    void told(std::span<const std::byte> start, std::uint64_t size) override {
        all.push_back(std::to_string(std::to_integer<unsigned>(start.front())) + '/' +
                      std::to_string(size));
    }

    void began_update() override { all.emplace_back("update"); }

    void drew(const rfb::rectangle& r) override {
        all.push_back("rect " + std::to_string(r.encoding));
    }

    void named(std::string_view name) override { all.push_back("name " + std::string{name}); }

    std::vector<std::string> all;
};

rfb::pixel_format format_of(std::string_view hex) {
    const auto all = from_hex(hex);
    return rfb::parse_pixel_format(std::span(all).first<16>());
}

rfb::server_reader::start usual_start() {
    return {.dialect = {.ultra = true, .tight = false}, .format = format_of(usual_format)};
}

/// All of it, a message at a time. The rest after a surprise is left.
void read_all(rfb::server_reader& reader, std::span<const std::byte> said, listener& heard) {
    while (!said.empty() && !reader.surprised()) {
        said = said.subspan(reader.read(said, heard));
    }
}

/// What is heard is the same at every cut, and when all that may pass unseen does.
std::vector<std::string> heard_of(const rfb::server_reader::start& from, const bytes& said,
                                  bool is_understood = true) {
    std::vector<std::string> first;
    for_each_split(said, [&](const auto& parts) {
        rfb::server_reader reader(from);
        listener heard;
        for (const auto part : parts) {
            read_all(reader, part, heard);
        }
        EXPECT_EQ(!reader.surprised(), is_understood);
        EXPECT_TRUE(reader.is_between() || !is_understood);
        first = first.empty() ? heard.all : first;
        EXPECT_EQ(heard.all, first);
    });
    rfb::server_reader reader(from);
    listener heard;
    for (auto rest = std::span(said); !rest.empty() && !reader.surprised();) {
        const auto unseen = std::min<std::uint64_t>(reader.to_pass(), rest.size());
        if (unseen > 0) {
            reader.passed(unseen, heard);
            rest = rest.subspan(unseen);
        } else {
            rest = rest.subspan(reader.read(rest.first(1), heard));
        }
    }
    EXPECT_EQ(heard.all, first) << "with what may pass unseen";
    return first;
}

bytes update_of(const bytes& rectangle) {
    return joined({from_hex("00 00 0001"), rectangle});
}

} // namespace

TEST(ServerReader, TellsOfEachMessageAndItsSize) {
    for (const auto& [what, message, passes] : server_examples()) {
        auto start = usual_start();
        start.dialect.tight = what.starts_with("Tight");
        const auto heard = heard_of(start, joined({message, from_hex("02")}));
        ASSERT_EQ(heard.size(), 2U) << what;
        const auto first = std::to_integer<unsigned>(message.front());
        EXPECT_EQ(heard[0], first == 0
                                ? "update"
                                : std::to_string(first) + '/' + std::to_string(message.size()))
            << what;
        EXPECT_EQ(heard[1], "2/1") << what;
    }
}

TEST(ServerReader, MeasuresEachRectangle) {
    for (const auto& [what, encoding, data] : rectangle_examples()) {
        auto heard = heard_of(usual_start(), joined({update_of(data), from_hex("02")}));
        std::erase_if(heard, [](const auto& each) { return each.starts_with("name"); });
        EXPECT_EQ(heard,
                  (std::vector<std::string>{"update", "rect " + std::to_string(encoding), "2/1"}))
            << what;
    }
}

TEST(ServerReader, GoesThroughAnUpdateOfAllOfThem) {
    const auto all = rectangle_examples();
    bytes said = from_hex("00 00 ffff");
    for (const auto& each : all) {
        said.insert(said.end(), each.data.begin(), each.data.end());
    }
    const auto last = from_hex("0000 0000 0000 0000 ffffff20");
    const auto heard = heard_of(usual_start(), joined({said, last, from_hex("02")}));
    EXPECT_EQ(std::count_if(heard.begin(), heard.end(),
                            [](const auto& each) { return each.starts_with("rect"); }),
              static_cast<std::ptrdiff_t>(all.size() + 1));
    EXPECT_EQ(heard.back(), "2/1") << "LastRect ends an update, whatever it promised";
}

TEST(ServerReader, PassesOverTheRestOfTheHandshake) {
    auto start = usual_start();
    start.rest_of_name = 300;
    EXPECT_EQ(heard_of(start, joined({bytes(300, std::byte{0}), from_hex("02")})),
              std::vector<std::string>{"2/1"});
    start.rest_of_name = 0;
    start.has_capabilities = true;
    start.dialect.tight = true;
    EXPECT_EQ(
        heard_of(start, from_hex("0000 0001 0000 0000 00000082 54474854 4654435f4c535251 02")),
        std::vector<std::string>{"2/1"});
    EXPECT_EQ(heard_of(start, from_hex("0000 0000 0000 0000 02")), std::vector<std::string>{"2/1"});
}

TEST(ServerReader, TellsNamesUpToALimit) {
    EXPECT_EQ(heard_of(usual_start(),
                       update_of(from_hex("0000 0000 0000 0000 fffffecd 00000003 6c6162"))),
              (std::vector<std::string>{"update", "rect -307", "name lab"}));
    const auto long_name = joined({from_hex("0000 0000 0000 0000 fffffecd 00000190"),
                                   bytes(400, std::byte{'x'}), from_hex("02")});
    EXPECT_EQ(
        heard_of(usual_start(), update_of(long_name)),
        (std::vector<std::string>{"update", "rect -307", "name " + std::string(256, 'x'), "2/1"}));
}

TEST(ServerReader, EndsAtWhatCannotBeMeasured) {
    const auto bell = from_hex("02");
    for (const auto type : {5, 6, 12, 127, 128, 249, 251, 254}) {
        rfb::server_reader reader(usual_start());
        listener heard;
        read_all(reader, joined({bell, bytes{static_cast<std::byte>(type)}, bell}), heard);
        EXPECT_EQ(reader.surprised(), (rfb::surprise{static_cast<std::uint8_t>(type), 1}));
        EXPECT_EQ(reader.read(bell, heard), 0U) << "for good";
    }
    for (const auto encoding : {15, 18, 19, 21, 3, 1024, -305, -309}) {
        rfb::server_reader reader(usual_start());
        listener heard;
        bytes rectangle = from_hex("0000 0000 0002 0002");
        for (unsigned i = 0; i < 4; ++i) {
            rectangle.push_back(
                static_cast<std::byte>(static_cast<std::uint32_t>(encoding) >> 8U * (3 - i)));
        }
        read_all(reader, joined({bell, update_of(rectangle)}), heard);
        EXPECT_EQ(reader.surprised(), (rfb::surprise{0, 1, encoding}));
    }
}

TEST(ServerReader, EndsAtWhatNoProgramSends) {
    for (const auto* const data :
         {"0000 0000 0004 0004 00000007 b0",             // a compression that nobody has
          "0000 0000 0004 0004 00000007 40 03",          // a filter
          "0000 0000 0004 0004 fffffefc e0",             // without zlib, in TightPNG
          "0000 0000 0401 0400 ffffff11",                // a cursor of more than a million pixels
          "0000 0000 0001 0001 fffffec6 fffffec6",       // a cursor in a cursor
          "0000 0000 0001 0001 574d5664 02 00",          // VMware's third kind
          "0000 0000 0004 0004 00000008 40 0000ff00"}) { // compressed, and nothing is
        (void)heard_of(usual_start(), update_of(from_hex(data)), false);
    }
    (void)heard_of(usual_start(), from_hex("f8 000000 00000000 41"), false);
    (void)heard_of(usual_start(), from_hex("ff 02 0000"), false);
    (void)heard_of(usual_start(), from_hex("07 01 0000 00000000 00000000"), false);
    auto tight = usual_start();
    tight.dialect.tight = true;
    (void)heard_of(tight, from_hex("fc 00 0100"), false);
}

TEST(ServerReader, CountsInSixtyFourBits) {
    rfb::server_reader reader(usual_start());
    listener heard;
    read_all(reader, update_of(from_hex("0000 0000 ffff ffff 00000000")), heard);
    EXPECT_EQ(reader.to_pass(), std::uint64_t{4} * 65535 * 65535);
}

TEST(ServerReader, UsesANewFormatFromTheUpdateOnThatMayHaveIt) {
    const auto format_16 = format_of("10100001 001f003f001f 0b0500 000000");
    const auto raw_32 = update_of(from_hex("0000 0000 0001 0001 00000000 01020304"));
    const auto raw_16 = update_of(from_hex("0000 0000 0001 0001 00000000 0102"));
    const auto copy = update_of(from_hex("0000 0000 0001 0001 00000001 00000000"));
    const auto mode = update_of(from_hex("0000 0000 0001 0001 574d5669 10100001001f003f001f"
                                         "0b0500000000"));
    listener heard;
    { // nothing was asked for: the next update has it
        rfb::server_reader reader(usual_start());
        reader.format_set(format_16);
        reader.update_requested();
        read_all(reader, joined({raw_16, raw_16}), heard);
        EXPECT_TRUE(!reader.surprised() && reader.is_between());
    }
    { // an answer is under way, which may have either: only what does not depend on it is measured
        rfb::server_reader reader(usual_start());
        reader.update_requested();
        reader.format_set(format_16);
        read_all(reader, joined({copy, raw_16}), heard);
        EXPECT_TRUE(!reader.surprised() && reader.is_between());
        reader.update_requested();
        reader.format_set(format_of(usual_format));
        read_all(reader, raw_32, heard);
        EXPECT_EQ(reader.surprised()->encoding, 0);
    }
    { // updates come unasked, until the server says that they have ended
        rfb::server_reader reader(usual_start());
        reader.continuous_updates_set(true);
        read_all(reader, raw_32, heard);
        reader.continuous_updates_set(false);
        reader.format_set(format_16);
        read_all(reader, joined({copy, from_hex("96"), raw_16}), heard);
        EXPECT_TRUE(!reader.surprised() && reader.is_between());
    }
    { // the server's own change holds at once
        rfb::server_reader reader(usual_start());
        read_all(reader, joined({raw_32, mode, raw_16}), heard);
        EXPECT_TRUE(!reader.surprised() && reader.is_between());
    }
    { // the same sizes: nothing changes
        rfb::server_reader reader(usual_start());
        reader.update_requested();
        reader.format_set(format_of("20180101 00ff00ff00ff 001008 000000"));
        read_all(reader, raw_32, heard);
        EXPECT_TRUE(!reader.surprised() && reader.is_between());
    }
    { // there and back: what comes in between is not known
        rfb::server_reader reader(usual_start());
        reader.update_requested();
        reader.format_set(format_16);
        reader.format_set(format_of(usual_format));
        read_all(reader, raw_32, heard);
        EXPECT_TRUE(reader.surprised());
    }
}

TEST(ServerReader, DoesNotMeasureTightWhereProgramsDisagree) {
    auto start = usual_start();
    start.format = format_of("20200001 00ff00ff00ff 100800 000000");
    (void)heard_of(start, update_of(from_hex("0000 0000 0004 0004 00000007 80 ff0000")), false);
}

} // namespace server_reader_test
