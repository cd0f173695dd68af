// The way to a TCP address: what its socket is like, and when it is given up.
// SPDX-License-Identifier: EUPL-1.2
#include "net/dial.hpp"
#include "net/tcp_stream.hpp"
#include "tests/support/tcp_client.hpp"
#include "wsgate/target/dial.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace dial_test {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::make_address;
using asio::ip::tcp;

/// What comes out may hold a socket of `context`.
template <class T>
T result_of(asio::io_context& context, asio::awaitable<T> task) {
    T result{};
    asio::co_spawn(context, std::move(task), [&result](const std::exception_ptr& e, T r) {
        if (e) {
            std::rethrow_exception(e);
        }
        result = std::move(r);
    });
    context.run();
    return result;
}

template <class T>
T result_of(asio::awaitable<T> task) {
    asio::io_context context;
    return result_of(context, std::move(task));
}

int option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

} // namespace

TEST(Reach, ConnectionsNeverBlockAndCarryTheOptions) {
    const support::tcp_listener there;
    net::tcp_options options;
    options.keepalive_idle = 33s;
    const tcp::endpoint to{make_address("127.0.0.1"), there.port()};
    const auto got = result_of(wsgate::reach(to, 10s, options));
    ASSERT_FALSE(got.error) << got.error.message();
    EXPECT_EQ(got.connection.peer, to);
    const int fd = got.connection.socket.get();
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 33);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 10);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
}

TEST(Dial, ATargetMayTakeNothingForAsLongAsItLikes) {
    const support::tcp_listener there;
    asio::io_context context;
    const auto got =
        result_of(context, wsgate::dial({"127.0.0.1", there.port()}, 10s, {}, nullptr));
    auto* const stream = dynamic_cast<net::tcp_stream*>(got.stream.get());
    ASSERT_NE(stream, nullptr) << got.error.message();
    EXPECT_EQ(option(stream->native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
    EXPECT_EQ(option(stream->native_handle(), SOL_SOCKET, SO_KEEPALIVE), 1);
}

TEST(Reach, TellsWhyNot) {
    const tcp::endpoint nobody{make_address("127.0.0.1"), 1};
    EXPECT_EQ(result_of(wsgate::reach(nobody, 10s, {})).error, asio::error::connection_refused);
}

TEST(Reach, GivesUpInTime) {
    // A listener whose queue is full answers no further SYN.
    const support::tcp_listener full;
    ASSERT_EQ(::listen(full.native_handle(), 0), 0);
    const support::tcp_client first(full.port());
    const tcp::endpoint to{make_address("127.0.0.1"), full.port()};
    EXPECT_EQ(result_of(wsgate::reach(to, 50ms, {})).error, asio::error::timed_out);
}

TEST(LookUp, TakesLiteralsAsTheyAre) {
    const auto got = result_of(wsgate::look_up("::1", 5900, 10s));
    EXPECT_EQ(got.all, std::vector{tcp::endpoint(make_address("::1"), 5900)});
}

TEST(LookUp, AsksForNames) {
    const auto here = result_of(wsgate::look_up("localhost", 5900, 10s));
    ASSERT_FALSE(here.all.empty()) << here.error.message();
    EXPECT_TRUE(here.all.front().address().is_loopback());
    EXPECT_EQ(here.all.front().port(), 5900);
    const auto nowhere = result_of(wsgate::look_up("no such name", 5900, 10s));
    EXPECT_TRUE(nowhere.error);
    EXPECT_TRUE(nowhere.all.empty());
}

} // namespace dial_test
