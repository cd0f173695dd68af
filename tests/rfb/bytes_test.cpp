// Big-endian reading and writing, with too few bytes and too little room.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/bytes.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace bytes_test {

using namespace support;

TEST(ByteReader, ReadsTheMostSignificantByteFirst) {
    const auto b = "\x01\x02\x03\xff\x04\x05\x06tail"_bytes;
    rfb::byte_reader in(b);
    EXPECT_EQ(in.u8(), 0x01);
    EXPECT_EQ(in.u16(), 0x0203);
    EXPECT_EQ(in.u32(), 0xff040506U);
    EXPECT_EQ(in.consumed(), 7U);
    const auto tail = in.take(4);
    ASSERT_TRUE(tail);
    EXPECT_EQ(text_of(*tail), "tail");
}

TEST(ByteReader, TakesNothingWhereBytesAreMissing) {
    const auto b = "\x01\x02\x03"_bytes;
    rfb::byte_reader in(b);
    EXPECT_EQ(in.u32(), std::nullopt);
    EXPECT_FALSE(in.take(4));
    EXPECT_EQ(in.consumed(), 0U);
    EXPECT_EQ(in.u16(), 0x0102);
    EXPECT_EQ(in.u16(), std::nullopt);
    EXPECT_EQ(in.u8(), 0x03);
    EXPECT_EQ(in.u8(), std::nullopt);
    EXPECT_TRUE(in.take(0));
}

TEST(ByteWriter, WritesWhatTheReaderReads) {
    std::array<std::byte, 11> room{};
    rfb::byte_writer out(room);
    EXPECT_TRUE(out.u8(0x01));
    EXPECT_TRUE(out.u16(0x0203));
    EXPECT_TRUE(out.u32(0xff040506U));
    EXPECT_TRUE(out.put("tail"_bytes));
    EXPECT_EQ(out.written(), room.size());
    EXPECT_EQ(text_of(room), "\x01\x02\x03\xff\x04\x05\x06tail");
}

TEST(ByteWriter, WritesNothingWhereRoomIsMissing) {
    std::array<std::byte, 3> room{};
    rfb::byte_writer out(room);
    EXPECT_FALSE(out.u32(0xffffffffU));
    EXPECT_FALSE(out.put("four"_bytes));
    EXPECT_EQ(out.written(), 0U);
    EXPECT_EQ(text_of(room), std::string(3, '\0'));
    EXPECT_TRUE(out.u16(0x4142));
    EXPECT_FALSE(out.u16(0x4344));
    EXPECT_TRUE(out.u8(0x43));
    EXPECT_EQ(text_of(room), "ABC");
}

TEST(ToText, KeepsEveryByte) {
    const auto b = "a\0\xe9\n"_bytes;
    EXPECT_EQ(rfb::to_text(b), std::string("a\0\xe9\n", 4));
    EXPECT_EQ(rfb::to_text({}), "");
}

} // namespace bytes_test
