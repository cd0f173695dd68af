// What is read of a pixel format, and the sizes that follow.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/pixel_format.hpp"
#include "tests/rfb/messages/server_examples.hpp"

#include <gtest/gtest.h>

namespace pixel_format_test {

using namespace support;

namespace {

rfb::pixel_format parsed(std::string_view hex) {
    const auto all = from_hex(hex);
    return rfb::parse_pixel_format(std::span(all).first<16>());
}

rfb::pixel_sizes sizes(std::string_view hex) {
    return rfb::sizes_of(parsed(hex));
}

} // namespace

TEST(PixelFormat, IsRead) {
    const rfb::pixel_format expected{32, 24, false, true, {255, 255, 255}, {16, 8, 0}};
    EXPECT_EQ(parsed(usual_format), expected);
}

TEST(PixelFormat, SaysHowManyBytesAPixelTakes) {
    EXPECT_EQ(sizes(usual_format), (rfb::pixel_sizes{4, 3}));
    EXPECT_EQ(sizes("10100001 001f003f001f 0b0500 000000"), (rfb::pixel_sizes{2, 2}));
    EXPECT_EQ(sizes("08080000 000000000000 000000 000000"), (rfb::pixel_sizes{1, 1}));
    EXPECT_EQ(sizes("18180001 00ff00ff00ff 100800 000000"), rfb::pixel_sizes{})
        << "24 bits: nobody has such pixels";
}

TEST(PixelFormat, IsUnclearForTightWhereProgramsDisagree) {
    for (const auto* const hex : {"20200001 00ff00ff00ff 100800 000000",    // depth 32
                                  "20180000 00ff00ff00ff 100800 000000",    // a colour map
                                  "20180001 01ff00ff00ff 100800 000000",    // a larger colour
                                  "20180001 00ff00ff00ff 100801 000000"}) { // not on a byte
        EXPECT_EQ(sizes(hex), (rfb::pixel_sizes{4, 0})) << hex;
    }
}

} // namespace pixel_format_test
