// Attempts, waits and hand-over on real sockets, and what the kernel says about a peer.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/tcp_stream.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <vector>

namespace tcp_stream_test {

namespace {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
namespace asio = boost::asio;
using support::bytes_of;

asio::awaitable<void> wait_for(net::stream& s, net::readiness what, net::error_code& result) {
    const auto [ec] = co_await s.wait(what);
    result = ec;
}

asio::awaitable<void> wait_for_end(net::tcp_stream& s, net::error_code& result) {
    const auto [ec] = co_await s.wait_for_end();
    result = ec;
}

asio::awaitable<void> wait_or_leave(net::stream& s, bool& left) {
    left = (co_await (s.wait(net::readiness::read) || net::expire_after(1ms))).index() == 1;
}

struct TcpStream : testing::Test {
    net::event_loop context;
    support::tcp_listener listener;
    support::tcp_client client{listener.port()};
    net::connection connection = accept();
    net::tcp_stream stream{context.get_executor(), connection};
    std::vector<support::tcp_client> others;
    std::array<std::byte, 8> buffer{};

    net::connection accept() {
        auto accepted = listener.accept();
        net::unique_fd fd{::fcntl(accepted.native_handle(), F_DUPFD_CLOEXEC, 0)};
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
        return {std::move(fd), {asio::ip::address_v4::loopback(), 1}, {}};
    }

    net::connection accept_another() {
        others.emplace_back(listener.port());
        return accept();
    }

    /// What was read before bytes came would have blocked.
    void wait_in_vain() {
        EXPECT_TRUE(stream.read_some(buffer).would_block());
        begin_wait(net::readiness::read, result);
        EXPECT_EQ(result, asio::error::fault);
    }

    void begin_wait(net::readiness what, net::error_code& ec) {
        asio::co_spawn(context, wait_for(stream, what, ec), net::rethrow);
        context.poll();
    }

    /// Writes until that would block.
    std::size_t fill() {
        const std::vector<std::byte> much(std::size_t{1} << 20U);
        std::size_t sent = 0;
        for (;;) {
            const auto wrote = stream.write_some(much);
            sent += wrote.bytes;
            if (wrote.would_block()) {
                return sent;
            }
        }
    }

    net::error_code result = asio::error::fault;
};

struct counting_watcher final : net::stream_watcher {
    int told = 0;
    std::function<void()> then = [] {};

    void stream_ready() override {
        ++told;
        then();
    }
};

} // namespace

TEST_F(TcpStream, WhetherSomethingHasComeIsTriedBeforeItIsWaitedFor) {
    begin_wait(net::readiness::read, result);
    EXPECT_FALSE(result) << "nobody knows yet that nothing has come";
    result = asio::error::fault;
    wait_in_vain();
    context.poll();
    EXPECT_EQ(result, asio::error::fault);
}

TEST_F(TcpStream, APeerThatIsMuteIsWaitedForAtOnce) {
    auto other = accept_another();
    net::tcp_stream mute(context.get_executor(), other, net::tcp_stream::peer::is_mute);
    asio::co_spawn(context, wait_for(mute, net::readiness::read, result), net::rethrow);
    context.poll();
    EXPECT_EQ(result, asio::error::fault);
    EXPECT_TRUE(mute.read_some(buffer).would_block());
}

TEST_F(TcpStream, WaitCompletesWhenBytesAreThere) {
    wait_in_vain();
    client.send(bytes_of("hi"));
    context.run();
    EXPECT_FALSE(result);
    EXPECT_EQ(stream.read_some(buffer).bytes, 2U);
}

TEST_F(TcpStream, AReadThatBringsLessThanItCouldIsTheLastUntilMoreHasCome) {
    wait_in_vain();
    client.send(bytes_of("hi"));
    context.run();
    EXPECT_EQ(stream.read_some(buffer).bytes, 2U);
    client.send(bytes_of("more than eight"));
    client.wait_until_delivered();
    EXPECT_TRUE(stream.read_some(buffer).would_block()) << "no attempt is made";
    begin_wait(net::readiness::read, result);
    context.run();
    EXPECT_FALSE(result);
    EXPECT_EQ(stream.read_some(buffer).bytes, 8U);
    EXPECT_EQ(stream.read_some(buffer).bytes, 7U);
    EXPECT_TRUE(stream.read_some(buffer).would_block());
}

TEST_F(TcpStream, EndOfStreamIsEof) {
    client.close();
    begin_wait(net::readiness::read, result);
    EXPECT_EQ(stream.read_some(buffer).error, asio::error::eof);
}

TEST_F(TcpStream, TheEndIsReadBehindAShortRead) {
    wait_in_vain();
    client.send(bytes_of("last"));
    client.finish_sending();
    client.wait_until_delivered();
    context.run();
    EXPECT_FALSE(result);
    EXPECT_EQ(stream.read_some(buffer).bytes, 4U);
    EXPECT_EQ(stream.read_some(buffer).error, asio::error::eof);
}

TEST_F(TcpStream, PeekingTakesNothing) {
    EXPECT_TRUE(stream.peek(buffer).would_block());
    begin_wait(net::readiness::read, result);
    client.send(bytes_of("hi"));
    context.run();
    EXPECT_EQ(stream.peek(buffer).bytes, 2U);
    EXPECT_EQ(stream.read_some(buffer).bytes, 2U);
}

TEST_F(TcpStream, BothDirectionsMayBeWaitedFor) {
    wait_in_vain();
    const auto sent = fill();
    net::error_code to_write = asio::error::fault;
    begin_wait(net::readiness::write, to_write);
    EXPECT_EQ(to_write, asio::error::fault);
    client.send(bytes_of("hi"));
    (void)client.receive(sent);
    context.run();
    EXPECT_FALSE(result);
    EXPECT_FALSE(to_write);
    EXPECT_EQ(stream.read_some(buffer).bytes, 2U);
    EXPECT_EQ(stream.write_some(buffer).bytes, buffer.size());
}

TEST_F(TcpStream, AWaitThatIsLeftMayBeginAgain) {
    EXPECT_TRUE(stream.read_some(buffer).would_block());
    bool left = false;
    asio::co_spawn(context, wait_or_leave(stream, left), net::rethrow);
    context.run();
    EXPECT_TRUE(left);
    wait_in_vain();
    client.send(bytes_of("hi"));
    context.run();
    EXPECT_FALSE(result);
}

TEST_F(TcpStream, ClosingAbortsWaits) {
    wait_in_vain();
    net::error_code broken = asio::error::fault;
    asio::co_spawn(context, wait_for_end(stream, broken), net::rethrow);
    context.poll();
    stream.close();
    context.run();
    EXPECT_EQ(result, asio::error::operation_aborted);
    EXPECT_EQ(broken, asio::error::operation_aborted);
    begin_wait(net::readiness::read, result);
    EXPECT_EQ(result, asio::error::bad_descriptor);
}

TEST_F(TcpStream, DetachingAbortsTheWaitAndLosesNoByte) {
    wait_in_vain();
    client.send(bytes_of("hello"));
    client.wait_until_delivered();
    auto detached = stream.detach(bytes_of("early"));
    context.run();
    EXPECT_EQ(result, asio::error::operation_aborted);
    EXPECT_EQ(detached.early, bytes_of("early"));
    net::event_loop elsewhere;
    net::tcp_stream again(elsewhere.get_executor(), detached);
    asio::co_spawn(elsewhere, wait_for(again, net::readiness::read, result), net::rethrow);
    elsewhere.run();
    EXPECT_FALSE(result);
    EXPECT_EQ(again.read_some(buffer).bytes, 5U);
}

TEST_F(TcpStream, WaitingForTheEndIsEndedByNothingElse) {
    asio::co_spawn(context, wait_for_end(stream, result), net::rethrow);
    client.send(bytes_of("hi"));
    client.wait_until_delivered();
    context.poll();
    EXPECT_EQ(result, asio::error::fault) << "there are bytes, and no end";
    client.finish_sending();
    context.run();
    EXPECT_FALSE(result) << "it ends behind bytes that nobody has read";
    EXPECT_FALSE(stream.has_ended()) << "it still takes bytes";
    result = asio::error::fault;
    asio::co_spawn(context, wait_for_end(stream, result), net::rethrow);
    context.run();
    EXPECT_FALSE(result) << "it has ended already";
}

TEST_F(TcpStream, WaitingForTheEndIsEndedByAReset) {
    asio::co_spawn(context, wait_for_end(stream, result), net::rethrow);
    client.reset();
    context.run();
    EXPECT_FALSE(result);
    EXPECT_TRUE(stream.has_ended());
    EXPECT_TRUE(stream.is_broken());
}

TEST_F(TcpStream, AWatcherHearsOfWhatBytesAndRoomHaveCome) {
    counting_watcher w;
    EXPECT_TRUE(stream.read_some(buffer).would_block());
    const auto sent = fill();
    stream.watch(&w);
    context.poll();
    const int before = w.told;
    context.poll();
    EXPECT_EQ(w.told, before) << "nothing has come";
    client.send(bytes_of("hi"));
    client.wait_until_delivered();
    context.poll();
    EXPECT_GT(w.told, before);
    EXPECT_EQ(stream.read_some(buffer).bytes, 2U);
    (void)client.receive(sent);
    context.poll();
    EXPECT_TRUE(stream.may_write());
    stream.watch(nullptr);
    const int last = w.told;
    client.send(bytes_of("more"));
    client.wait_until_delivered();
    context.poll();
    EXPECT_EQ(w.told, last);
    begin_wait(net::readiness::read, result);
    EXPECT_FALSE(result) << "what came while nobody waited is remembered";
}

TEST_F(TcpStream, AWatcherMayDestroyTheStream) {
    counting_watcher w;
    auto other = accept_another();
    auto mine = std::make_unique<net::tcp_stream>(context.get_executor(), other);
    w.then = [&] { mine.reset(); };
    mine->blocked(net::readiness::write); // it has room, which is told
    mine->watch(&w);
    context.poll();
    EXPECT_EQ(w.told, 1);
    EXPECT_FALSE(mine);
}

TEST_F(TcpStream, WritingToAClosedPeerIsAnErrorNotASignal) {
    wait_in_vain();
    client.reset();
    context.run();
    (void)stream.read_some(buffer);
    EXPECT_TRUE(stream.write_some(buffer).error);
}

TEST_F(TcpStream, TheKernelKnowsWhoHasGone) {
    EXPECT_EQ(net::look_at(stream.native_handle()), net::tcp_state::established);
    wait_in_vain();
    client.finish_sending();
    context.run();
    EXPECT_EQ(net::look_at(stream.native_handle()), net::tcp_state::peer_closed);
    stream.close();
    EXPECT_EQ(net::look_at(stream.native_handle()), net::tcp_state::gone);
}

} // namespace tcp_stream_test
