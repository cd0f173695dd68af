// The version message, both ways.                                          RFC 6143 7.1.1
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/version.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace version_test {

using namespace support;

rfb::result<rfb::protocol_version> parse(std::string_view text) {
    return rfb::parse_version(std::span<const std::byte, rfb::version_size>(bytes_of(text)));
}

struct good_row {
    std::string_view text;
    rfb::protocol_version expected;
};

constexpr good_row good[] = {
    {"RFB 000.000\n", rfb::repeater_greeting},
    {"RFB 003.003\n", {3, 3}},
    {"RFB 003.007\n", {3, 7}},
    {"RFB 003.008\n", {3, 8}},
    {"RFB 003.889\n", {3, 889}},
    {"RFB 005.000\n", {5, 0}},
    {"RFB 999.999\n", {999, 999}},
};

TEST(Version, IsReadAndWritten) {
    for (const auto& row : good) {
        const auto version = parse(row.text);
        ASSERT_TRUE(version) << row.text;
        EXPECT_EQ(*version, row.expected) << row.text;
        EXPECT_EQ(text_of(rfb::format_version(row.expected)), row.text);
    }
}

TEST(Version, RefusesAllElse) {
    constexpr std::string_view bad[] = {
        "RFB 003.008\0", "RFB 003.008\r",         "RFB 3.8\n\0\0\0\0", "rfb 003.008\n",
        "RFB 003 008\n", "RFB  03.008\n",         "RFB -03.008\n",     "RFB 003.0a8\n",
        "REP 000.000\n", "\x16\x03\x01zzzzzzzzz",
    };
    for (const auto text : bad) {
        auto whole = bytes_of(text);
        whole.resize(rfb::version_size);
        const auto version = parse(text_of(whole));
        ASSERT_FALSE(version) << text;
        EXPECT_EQ(version.error(), rfb::error::bad_version) << text;
    }
}

TEST(Version, EveryStartOfOneMayBecomeOne) {
    const auto b = "RFB 003.008\n and more"_bytes;
    for (std::size_t size = 0; size <= b.size(); ++size) {
        EXPECT_TRUE(rfb::may_become_version(std::span(b).first(size))) << size;
    }
}

TEST(Version, TheFirstWrongByteIsSeen) {
    const auto b = "RFB 003.008\n"_bytes;
    for (std::size_t place = 0; place < b.size(); ++place) {
        auto wrong = b;
        wrong[place] = std::byte{'x'};
        EXPECT_TRUE(rfb::may_become_version(std::span(wrong).first(place))) << place;
        EXPECT_FALSE(rfb::may_become_version(std::span(wrong).first(place + 1))) << place;
    }
}

} // namespace version_test
