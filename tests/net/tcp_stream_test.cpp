// Attempts, waits and hand-over on real sockets, and what the kernel says about a peer.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/tcp_stream.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>

namespace tcp_stream_test {

namespace {

namespace asio = boost::asio;
using support::bytes_of;

struct TcpStream : testing::Test {
    net::event_loop context;
    support::tcp_listener listener;
    support::tcp_client client{listener.port()};
    net::connection connection = accept();
    net::tcp_stream stream{context.get_executor(), connection};

    net::connection accept() {
        auto accepted = listener.accept();
        net::unique_fd fd{::fcntl(accepted.native_handle(), F_DUPFD_CLOEXEC, 0)};
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
        return {std::move(fd), {asio::ip::address_v4::loopback(), 1}, {}};
    }
};

asio::awaitable<void> wait_read(net::stream& s, net::error_code& result) {
    const auto [ec] = co_await s.wait(net::readiness::read);
    result = ec;
}

void rethrow(const std::exception_ptr& e) {
    if (e) {
        std::rethrow_exception(e);
    }
}

} // namespace

TEST_F(TcpStream, ReadingNothingWouldBlock) {
    std::array<std::byte, 8> buffer{};
    EXPECT_TRUE(stream.read_some(buffer).would_block());
}

TEST_F(TcpStream, WaitCompletesWhenBytesAreThere) {
    net::error_code ec = asio::error::fault;
    asio::co_spawn(context, wait_read(stream, ec), rethrow);
    context.poll();
    EXPECT_EQ(ec, asio::error::fault);
    client.send(bytes_of("hi"));
    context.run();
    EXPECT_FALSE(ec);
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(stream.read_some(buffer).bytes, 2U);
}

TEST_F(TcpStream, EndOfStreamIsEof) {
    client.close();
    net::error_code ec;
    asio::co_spawn(context, wait_read(stream, ec), rethrow);
    context.run();
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(stream.read_some(buffer).error, asio::error::eof);
}

TEST_F(TcpStream, DetachingAbortsTheWaitAndLosesNoByte) {
    net::error_code ec;
    asio::co_spawn(context, wait_read(stream, ec), rethrow);
    context.poll();
    client.send(bytes_of("hello"));
    client.wait_until_delivered();
    auto detached = stream.detach(bytes_of("early"));
    context.run();
    EXPECT_TRUE(ec == asio::error::operation_aborted || !ec);
    EXPECT_EQ(detached.early, bytes_of("early"));
    support::tcp_client other_end{std::move(detached.socket)};
    ::fcntl(other_end.native_handle(), F_SETFL, 0);
    EXPECT_EQ(other_end.receive(5), bytes_of("hello"));
}

TEST_F(TcpStream, WritingToAClosedPeerIsAnErrorNotASignal) {
    client.reset();
    net::error_code ec;
    asio::co_spawn(context, wait_read(stream, ec), rethrow);
    context.run();
    std::array<std::byte, 8> buffer{};
    (void)stream.read_some(buffer);
    EXPECT_TRUE(stream.write_some(buffer).error);
}

TEST_F(TcpStream, TheKernelKnowsWhoHasGone) {
    EXPECT_EQ(net::look_at(stream.native_handle()), net::tcp_state::established);
    client.finish_sending();
    net::error_code ec;
    asio::co_spawn(context, wait_read(stream, ec), rethrow);
    context.run();
    EXPECT_EQ(net::look_at(stream.native_handle()), net::tcp_state::peer_closed);
    stream.close();
    EXPECT_EQ(net::look_at(stream.native_handle()), net::tcp_state::gone);
}

} // namespace tcp_stream_test
