// What the kernel receives ahead of us, as the socket itself tells it.
// SPDX-License-Identifier: EUPL-1.2
#include "net/tcp_channel.hpp"
#include "tests/support/tcp_client.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <linux/socket.h>
#include <sys/socket.h>
#include <vector>

namespace tcp_channel_test {

namespace {

unsigned option(const net::tcp_channel& c, int name) {
    unsigned value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(c.native_handle(), SOL_SOCKET, name, &value, &size), 0);
    return value;
}

} // namespace

TEST(TcpChannel, MayLimitWhatTheKernelReceivesAndTakeThatBack) {
    using receiving = net::tcp_channel::receiving;
    support::tcp_listener listener;
    support::tcp_client client(listener.port());
    const net::tcp_channel channel(
        net::unique_fd{::accept4(listener.native_handle(), nullptr, nullptr, SOCK_NONBLOCK)});
    const auto at_birth = option(channel, SO_RCVBUF);
    channel.receive_ahead(receiving::as_born);
    EXPECT_EQ(option(channel, SO_BUF_LOCK), unsigned{SOCK_RCVBUF_LOCK});
    EXPECT_EQ(option(channel, SO_RCVBUF), at_birth);
    channel.receive_ahead(receiving::little);
    EXPECT_EQ(option(channel, SO_BUF_LOCK), unsigned{SOCK_RCVBUF_LOCK});
    EXPECT_LE(option(channel, SO_RCVBUF), 65536U);
    channel.receive_ahead(receiving::freely);
    EXPECT_EQ(option(channel, SO_BUF_LOCK), 0U);
}

TEST(TcpChannel, EndsInOrderWhereWhatCameIsThrownAway) {
    for (const bool is_thrown_away : {false, true}) {
        support::tcp_listener listener;
        support::tcp_client client(listener.port());
        client.send(std::vector<std::byte>(20'000));
        client.wait_until_delivered();
        {
            const net::tcp_channel channel(net::unique_fd{
                ::accept4(listener.native_handle(), nullptr, nullptr, SOCK_NONBLOCK)});
            is_thrown_away ? channel.discard_unread() : void();
        }
        std::byte one{};
        const auto got = ::recv(client.native_handle(), &one, 1, 0);
        EXPECT_EQ(got, is_thrown_away ? 0 : -1);
    }
}

} // namespace tcp_channel_test
