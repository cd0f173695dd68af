// What the kernel says of Unix sockets, which have no TCP state.
// SPDX-License-Identifier: EUPL-1.2
#include "net/channel.hpp"
#include "net/connection.hpp"
#include "net/unix_address.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sys/socket.h>

namespace connection_test {

namespace {

using net::tcp_state;
using support::bytes_of;

class UnixConnection : public testing::Test {
protected:
    UnixConnection() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) !=
            0) {
            throw std::system_error(errno, std::system_category(), "socketpair");
        }
        ours = net::unique_fd{ends[0]};
        theirs = net::unique_fd{ends[1]};
    }

    [[nodiscard]] tcp_state look() const { return net::look_at(ours.get()); }

    net::unique_fd ours;
    net::unique_fd theirs;
};

} // namespace

TEST_F(UnixConnection, IsEstablishedWhileThePeerStands) {
    EXPECT_EQ(look(), tcp_state::established);
    (void)net::send(theirs.get(), bytes_of("unread"));
    (void)net::send(ours.get(), bytes_of("unread"));
    EXPECT_EQ(look(), tcp_state::established);
}

TEST_F(UnixConnection, IsClosedByThePeerWhereItSendsNoMore) {
    (void)net::send(theirs.get(), bytes_of("unread"));
    ::shutdown(theirs.get(), SHUT_WR);
    EXPECT_EQ(look(), tcp_state::peer_closed);
    theirs = net::unique_fd{};
    EXPECT_EQ(look(), tcp_state::peer_closed) << "what it sent can still be read";
}

TEST_F(UnixConnection, StandsWhereOnlyWeSendNoMore) {
    ::shutdown(ours.get(), SHUT_WR);
    EXPECT_EQ(look(), tcp_state::established);
}

TEST_F(UnixConnection, IsGoneWhereThePeerHasThrownOurBytesAway) {
    (void)net::send(ours.get(), bytes_of("unread"));
    EXPECT_GT(net::untaken_of(ours.get()), 0U);
    EXPECT_FALSE(net::has_failed(ours.get()));
    theirs = net::unique_fd{};
    EXPECT_TRUE(net::has_failed(ours.get()));
    EXPECT_EQ(net::untaken_of(ours.get()), 0U);
    EXPECT_EQ(look(), tcp_state::gone);
}

TEST_F(UnixConnection, HasNothingUntakenOnceThePeerHasReadIt) {
    (void)net::send(ours.get(), bytes_of("read"));
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(net::receive(theirs.get(), buffer).bytes, 4U);
    EXPECT_EQ(net::untaken_of(ours.get()), 0U);
}

TEST(UnixSocket, IsGoneWhereItWasNeverConnected) {
    const auto fd = net::open_unix_socket(SOCK_STREAM);
    EXPECT_EQ(net::look_at(fd.get()), tcp_state::gone);
    EXPECT_EQ(net::look_at(-1), tcp_state::gone);
}

} // namespace connection_test
