// Messages and descriptors between two ends, which may be full, gone or of no use.
// SPDX-License-Identifier: EUPL-1.2
#include "net/message_socket.hpp"
#include "tests/support/bytes.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <thread>

namespace message_socket_test {

using namespace std::chrono_literals;
using support::bytes_of;

struct MessageSocket : testing::Test {
    std::array<net::message_socket, 2> ends = net::message_socket::make_pair();
    const net::message_socket& here = ends[0];
    net::message_socket& there = ends[1];
};

TEST_F(MessageSocket, MessagesStayApart) {
    EXPECT_FALSE(here.send(bytes_of("one")));
    EXPECT_FALSE(here.send(bytes_of("two")));
    EXPECT_EQ(there.receive().value().bytes, bytes_of("one"));
    EXPECT_EQ(there.receive().value().bytes, bytes_of("two"));
    EXPECT_EQ(there.receive().error(), boost::asio::error::would_block);
}

TEST_F(MessageSocket, DescriptorsBecomeTheOthersAndChildrenDoNotInheritThem) {
    const net::unique_fd file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    std::vector<int> many(net::message_socket::max_descriptors, file.get());
    EXPECT_FALSE(here.send(bytes_of("x"), many));
    const auto got = there.receive().value();
    ASSERT_EQ(got.descriptors.size(), many.size());
    for (const auto& each : got.descriptors) {
        EXPECT_NE(each.get(), file.get());
        EXPECT_EQ(::fcntl(each.get(), F_GETFD), FD_CLOEXEC);
    }
}

TEST_F(MessageSocket, TheLargestMessageArrives) {
    const std::vector<std::byte> large(net::message_socket::max_bytes, std::byte{7});
    EXPECT_FALSE(here.send(large));
    EXPECT_EQ(there.receive().value().bytes, large);
}

TEST_F(MessageSocket, ALargerOneIsAnErrorThatLeaksNothing) {
    const std::vector<std::byte> larger(net::message_socket::max_bytes + 1);
    const std::array fd{0};
    EXPECT_FALSE(here.send(larger, fd));
    EXPECT_EQ(there.receive().error(), boost::asio::error::message_size);
    const int next = ::dup(0); // the lowest number that is free
    EXPECT_EQ(next, there.native_handle() + 1);
    ::close(next);
}

TEST_F(MessageSocket, AFullOneBlocksAndTakesMoreOnceTheOtherHasRead) {
    const std::vector<std::byte> large(net::message_socket::max_bytes);
    net::error_code ec;
    while (!ec) {
        ec = here.send(large);
    }
    EXPECT_EQ(ec, boost::asio::error::would_block);
    EXPECT_EQ(here.send_within(20ms, large), boost::asio::error::timed_out);
    std::thread reader([this] {
        std::this_thread::sleep_for(20ms);
        while (there.receive()) {
        }
    });
    EXPECT_FALSE(here.send_within(10s, large));
    reader.join();
}

TEST_F(MessageSocket, TheEndOfTheOtherIsSeenOnBothWays) {
    EXPECT_FALSE(here.send(bytes_of("last")));
    ends[0] = {};
    EXPECT_EQ(there.receive().value().bytes, bytes_of("last"));
    EXPECT_EQ(there.receive().error(), boost::asio::error::eof);
    EXPECT_EQ(there.receive_within(10s).error(), boost::asio::error::eof);
    EXPECT_EQ(there.send(bytes_of("x")), boost::asio::error::broken_pipe);
}

TEST_F(MessageSocket, WaitsForAMessageForSoLong) {
    EXPECT_EQ(there.receive_within(20ms).error(), boost::asio::error::timed_out);
    std::thread sender([this] {
        std::this_thread::sleep_for(20ms);
        EXPECT_FALSE(here.send(bytes_of("late")));
    });
    EXPECT_EQ(there.receive_within(10s).value().bytes, bytes_of("late"));
    sender.join();
}

TEST_F(MessageSocket, KnowsItsMakersUser) {
    EXPECT_TRUE(here.is_of(::geteuid()));
    EXPECT_FALSE(
        net::message_socket(net::unique_fd{::open("/dev/null", O_RDONLY)}).is_of(::geteuid()));
}

} // namespace message_socket_test
