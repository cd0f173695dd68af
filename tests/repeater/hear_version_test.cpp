// The version that a peer begins with, whatever each I/O does.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/hear_version.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/result_of.hpp"
#include "tests/support/scripted_stream.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace hear_version_test {

namespace {

namespace asio = boost::asio;
using support::bytes_of;

struct story {
    net::event_loop context;
    support::fault fault;
    support::scripted_stream from{context.get_executor(), fault};
    support::bytes early;

    [[nodiscard]] boost::system::result<rfb::protocol_version> run() {
        return support::result_of(context, repeater::hear_version(from, early));
    }
};

void tell_in_pieces(story& s) {
    s.early = bytes_of("RF");
    s.from.incoming = {bytes_of("B "), {}, bytes_of("003.0"), {}, {}, bytes_of("08\n")};
}

} // namespace

TEST(HearVersion, PutsThePiecesTogetherAndKeepsThem) {
    story s;
    tell_in_pieces(s);
    const auto version = s.run();
    ASSERT_TRUE(version);
    EXPECT_EQ(*version, (rfb::protocol_version{3, 8}));
    EXPECT_EQ(s.early, bytes_of("RFB 003.008\n"));
}

TEST(HearVersion, FailsWithTheNthIo) {
    story good;
    tell_in_pieces(good);
    ASSERT_TRUE(good.run());
    ASSERT_GT(good.fault.count, 8);
    for (int n = 1; n <= good.fault.count; ++n) {
        SCOPED_TRACE(n);
        story s;
        tell_in_pieces(s);
        s.fault.fail_at = n;
        const auto version = s.run();
        ASSERT_FALSE(version);
        EXPECT_EQ(version.error(), asio::error::connection_reset);
        EXPECT_LT(s.early.size(), 12U);
    }
}

TEST(HearVersion, LeavesWhatFollowsInTheStream) {
    story s;
    s.from.incoming = {bytes_of("RFB 003.008\nmore")};
    ASSERT_TRUE(s.run());
    EXPECT_EQ(s.early, bytes_of("RFB 003.008\n"));
    ASSERT_EQ(s.from.incoming.size(), 1U);
    EXPECT_EQ(s.from.incoming.front(), bytes_of("more"));
}

TEST(HearVersion, ReadsNothingWhereItHasAllOfIt) {
    story s;
    s.early = bytes_of("RFB 003.003\nmore");
    const auto version = s.run();
    ASSERT_TRUE(version);
    EXPECT_EQ(*version, (rfb::protocol_version{3, 3}));
    EXPECT_EQ(s.fault.count, 0);
}

TEST(HearVersion, TellsTheEndFromOtherBytes) {
    story short_one;
    short_one.from.incoming = {bytes_of("RFB 003")};
    EXPECT_EQ(short_one.run().error(), asio::error::eof);
    story other;
    other.from.incoming = {bytes_of("SSH-2.0-abc\n")};
    EXPECT_EQ(other.run().error(), rfb::error::bad_version);
}

} // namespace hear_version_test
