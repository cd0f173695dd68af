// Names resolved in time, and connections: what they are like, and when they are given up.
// SPDX-License-Identifier: EUPL-1.2
#include "net/connect_race.hpp"
#include "net/dial.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/result_of.hpp"
#include "tests/support/tcp_client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <fcntl.h>
#include <future>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace dial_test {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::make_address;
using asio::ip::tcp;
using support::open_descriptors;
using support::result_of;

constexpr auto long_enough = 30s;

int option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

/// A listener whose queue is full answers no further SYN.
struct mute_listener {
    mute_listener() { EXPECT_EQ(::listen(full.native_handle(), 0), 0); }

    [[nodiscard]] tcp::endpoint at() const { return {make_address("127.0.0.1"), full.port()}; }

    support::tcp_listener full;
    support::tcp_client first{full.port()};
};

/// Leaves as soon as the event loop has nothing better to do.
asio::awaitable<net::connected> connect_and_leave(tcp::endpoint to) {
    using namespace asio::experimental::awaitable_operators;
    std::vector all(1, to); // g++ 12.2 cannot have a braced list in a coroutine's expression
    auto first = co_await (net::connect(std::move(all), long_enough, {}) || net::expire_after(0s));
    co_return first.index() == 0 ? std::move(std::get<0>(first))
                                 : net::connected{{}, asio::error::operation_aborted};
}

/// Asks a resolver of its own kind.
asio::awaitable<net::resolved> resolve_by(net::resolver::lookup ask, std::string host,
                                          net::clock::duration limit) {
    net::resolver names(co_await asio::this_coro::executor, std::move(ask));
    co_return co_await net::resolve(names, std::move(host), 5900, limit);
}

} // namespace

TEST(Connect, ConnectionsNeverBlockAndCarryTheOptions) {
    const support::tcp_listener there;
    net::tcp_options options;
    options.keepalive_idle = 33s;
    const tcp::endpoint to{make_address("127.0.0.1"), there.port()};
    net::event_loop loop;
    const auto got = result_of(loop, net::connect({to}, long_enough, options));
    ASSERT_FALSE(got.error) << got.error.message();
    EXPECT_EQ(got.stream->peer_address(), to);
    const int fd = got.stream->native_handle();
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 33 - fd % 17);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 6);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
}

TEST(Connect, TellsWhyNotAndClosesItsSocket) {
    const mute_listener mute;
    const tcp::endpoint nobody{make_address("127.0.0.1"), 1};
    const auto before = open_descriptors();
    EXPECT_EQ(result_of(net::connect({nobody}, long_enough, {})).error,
              asio::error::connection_refused);
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(result_of(net::connect({mute.at()}, 50ms, {})).error, asio::error::timed_out);
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(result_of(connect_and_leave(mute.at())).error, asio::error::operation_aborted);
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Connect, AMuteAddressDoesNotHoldUpTheNext) {
    const mute_listener mute;
    const support::tcp_listener there("127.0.0.2");
    const tcp::endpoint nobody{make_address("127.0.0.1"), 1};
    const tcp::endpoint good{make_address("127.0.0.2"), there.port()};
    net::event_loop loop;
    const auto before = open_descriptors();
    {
        const auto got = result_of(loop, net::connect({nobody, mute.at(), good}, long_enough, {}));
        ASSERT_FALSE(got.error) << got.error.message();
        EXPECT_EQ(got.stream->peer_address(), good);
        const net::missed_address refused{nobody, asio::error::connection_refused};
        const net::missed_address slower{mute.at(), net::slower_than_another()};
        EXPECT_EQ(got.missed, (std::vector{refused, slower}));
        EXPECT_EQ(open_descriptors(), before + 1) << "those that did not win are closed";
        EXPECT_EQ(net::left_of({nobody, mute.at(), good}, good, got.missed),
                  std::vector{mute.at()});
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Connect, TellsOfEveryAddressWhereNoneAnswers) {
    const mute_listener mute;
    const tcp::endpoint nobody{make_address("127.0.0.1"), 1};
    const auto before = open_descriptors();
    const auto got = result_of(net::connect({mute.at(), nobody}, 400ms, {}));
    EXPECT_EQ(got.error, asio::error::timed_out);
    const net::missed_address refused{nobody, asio::error::connection_refused};
    const net::missed_address late{mute.at(), asio::error::timed_out};
    EXPECT_EQ(got.missed, (std::vector{refused, late}));
    EXPECT_EQ(net::to_string(got.missed), "127.0.0.1:1: Connection refused; " +
                                              net::to_string(mute.at()) + ": Connection timed out");
    EXPECT_EQ(result_of(net::connect({}, long_enough, {})).error, asio::error::host_not_found);
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Connect, TellsOfTheFirstFewOfManyAddresses) {
    const net::missed_address one{{make_address("192.0.2.1"), 1}, asio::error::connection_refused};
    EXPECT_EQ(net::to_string(std::vector<net::missed_address>{}), "");
    const auto text = net::to_string(std::vector(8, one));
    EXPECT_TRUE(text.ends_with("192.0.2.1:1: Connection refused; and 2 more")) << text;
}

TEST(Resolve, TakesLiteralsAsTheyAre) {
    const auto got = result_of(net::resolve("::1", 5900, long_enough));
    EXPECT_EQ(got.endpoints, std::vector{tcp::endpoint(make_address("::1"), 5900)});
}

TEST(Resolve, AsksTheSystemForNames) {
    const auto here = result_of(net::resolve("localhost", 5900, long_enough));
    ASSERT_FALSE(here.endpoints.empty()) << here.error.message();
    EXPECT_TRUE(here.endpoints.front().address().is_loopback());
    EXPECT_EQ(here.endpoints.front().port(), 5900);
    const auto nowhere = result_of(net::resolve("no such name", 5900, long_enough));
    EXPECT_TRUE(nowhere.error);
    EXPECT_TRUE(nowhere.endpoints.empty());
}

TEST(Resolve, KeepsTheOrderOfTheAnswer) {
    const auto got = result_of(resolve_by(
        [](const std::string& name) {
            EXPECT_EQ(name, "desk.example");
            return net::resolver::answer{{}, {make_address("::2"), make_address("192.0.2.1")}};
        },
        "desk.example", long_enough));
    EXPECT_EQ(got.endpoints, (std::vector{tcp::endpoint(make_address("::2"), 5900),
                                          tcp::endpoint(make_address("192.0.2.1"), 5900)}));
}

TEST(Resolve, WaitsNoLongerThanItsLimit) {
    std::promise<void> never;
    const auto answered = never.get_future().share();
    const auto got = result_of(resolve_by(
        [answered](const std::string&) {
            answered.wait();
            return net::resolver::answer{};
        },
        "slow.example", 20ms));
    EXPECT_EQ(got.error, asio::error::timed_out);
    EXPECT_TRUE(got.endpoints.empty());
    never.set_value();
}

} // namespace dial_test
