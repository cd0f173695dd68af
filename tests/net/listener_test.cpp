// Accepting on both families, and living through the descriptor limit.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "net/task_group.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/tcp_client.hpp"
#include "tests/support/unix_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <vector>

namespace listener_test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

int option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    ::getsockopt(fd, level, name, &value, &size);
    return value;
}

struct Listener : testing::Test {
    net::event_loop context;
    net::task_group tasks{context.get_executor(), [](const std::exception_ptr&) { FAIL(); }};
    std::vector<net::connection> accepted;
    std::vector<net::error_code> errors;

    void run(net::listener& l) {
        tasks.spawn(l.run([this](net::connection c) { accepted.push_back(std::move(c)); },
                          [this](const net::error_code& ec) { errors.push_back(ec); }));
    }

    template <class Condition>
    void run_until(Condition met) {
        const auto deadline = net::clock::now() + std::chrono::seconds(10);
        while (!met() && net::clock::now() < deadline) {
            context.run_for(std::chrono::milliseconds(1));
        }
        ASSERT_TRUE(met());
    }
};

/// Lowers the descriptor limit to what is open now.
class no_descriptors_left {
public:
    no_descriptors_left() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const net::unique_fd next{::dup(0)};
        auto now = before_;
        now.rlim_cur = static_cast<rlim_t>(next.get());
        ::setrlimit(RLIMIT_NOFILE, &now);
    }

    no_descriptors_left(const no_descriptors_left&) = delete;
    no_descriptors_left& operator=(const no_descriptors_left&) = delete;

    ~no_descriptors_left() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

} // namespace

TEST_F(Listener, AcceptedSocketsNeverBlockAndCarryTheOptions) {
    net::tcp_options options;
    options.keepalive_idle = std::chrono::seconds(33);
    net::listener l({asio::ip::address_v4::loopback(), 0}, options);
    run(l);
    support::tcp_client client(l.local().port());
    run_until([this] { return !accepted.empty(); });
    const int fd = accepted[0].socket.get();
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 33 - fd % 17);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 6);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
    EXPECT_TRUE(accepted[0].peer.address().is_loopback());
}

TEST_F(Listener, ByDefaultBothFamiliesShareThePort) {
    auto all = net::listen_on({}, 0, {});
    ASSERT_EQ(all.size(), 2U) << "this machine has no IPv6";
    EXPECT_EQ(all[0].local().port(), all[1].local().port());
    for (auto& each : all) {
        run(each);
    }
    asio::io_context blocking;
    tcp::socket v6(blocking);
    v6.connect({asio::ip::address_v6::loopback(), all[0].local().port()});
    support::tcp_client v4(all[0].local().port());
    run_until([this] { return accepted.size() == 2; });
    EXPECT_NE(accepted[0].peer.address().is_v6(), accepted[1].peer.address().is_v6());
}

TEST_F(Listener, EveryAddressIsBothFamiliesAndOneOfThemIsOne) {
    const auto heard = [this](const char* where) {
        std::string families;
        const auto all = net::listen_on(net::parse_listen_at(where).value(), {});
        for (const auto& each : all) {
            families += each.local().address().is_v4() ? "4" : "6";
            EXPECT_EQ(each.local().port(), all.front().local().port());
        }
        return families;
    };
    EXPECT_EQ(heard("*:0"), "46") << "this machine has no IPv6";
    EXPECT_EQ(heard("0.0.0.0:0"), "4");
    EXPECT_EQ(heard("[::]:0"), "6");
}

TEST_F(Listener, ATakenPortOfOneFamilyIsNamed) {
    const net::listener v6({asio::ip::address_v6::any(), 0}, {});
    try {
        (void)net::listen_on({std::nullopt, v6.local().port()}, {});
        FAIL() << "bound a taken port";
    } catch (const net::cannot_listen& e) {
        EXPECT_EQ(e.at, v6.local());
    }
}

TEST_F(Listener, ThatListensLaterHasItsPortAndNobodyUntilThen) {
    net::tcp_options options;
    options.listens_later = true;
    net::listener l({asio::ip::address_v4::loopback(), 0}, options);
    EXPECT_THROW(const support::tcp_client early(l.local().port()), std::system_error);
    l.listen();
    l.listen(); // once is enough, and twice no harm
    const support::tcp_client in_time(l.local().port());
    run(l);
    run_until([&] { return accepted.size() == 1; });
    tasks.cancel();
}

TEST_F(Listener, TakesASocketThatListensAlready) {
    const support::scratch_directory directory;
    const auto path = (directory.path() / "gate").string();
    net::listener l(support::bind_unix(path), "given", {});
    EXPECT_EQ(l.name(), "unix:" + path);
    run(l);
    const auto client = support::connect_unix(path);
    run_until([this] { return !accepted.empty(); });
    EXPECT_EQ(net::address_of(accepted[0].peer), std::nullopt);
    EXPECT_EQ(net::name_of(accepted[0].peer), "unix");
    EXPECT_NE(::fcntl(accepted[0].socket.get(), F_GETFL) & O_NONBLOCK, 0);

    const net::unique_fd bound{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ASSERT_EQ(::listen(bound.get(), 1), 0);
    net::listener t(net::unique_fd{::dup(bound.get())}, "given", {});
    EXPECT_EQ(t.name(), net::to_string(t.local()));
    run(t);
    const support::tcp_client other(t.local().port());
    run_until([this] { return accepted.size() == 2; });
    EXPECT_EQ(option(accepted[1].socket.get(), SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_NE(net::address_of(accepted[1].peer), std::nullopt);
}

TEST_F(Listener, NamesPeersOfIpv4AsSuchOnASocketForBoth) {
    const net::unique_fd both{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int off = 0;
    ASSERT_EQ(::setsockopt(both.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
    ASSERT_EQ(::listen(both.get(), 1), 0);
    net::listener l(net::unique_fd{::dup(both.get())}, "given", {});
    run(l);
    const support::tcp_client client(l.local().port());
    run_until([this] { return !accepted.empty(); });
    EXPECT_EQ(accepted[0].peer.address(), asio::ip::address_v4::loopback());
}

TEST_F(Listener, TakesNothingElse) {
    net::unique_fd file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    net::unique_fd idle{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    net::unique_fd datagrams{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    for (auto* const each : {&file, &idle, &datagrams}) {
        EXPECT_THROW(net::listener(std::move(*each), "given", {}), std::runtime_error);
    }
}

TEST_F(Listener, ATakenPortIsAnErrorThatNamesTheAddress) {
    const net::listener first({asio::ip::address_v4::loopback(), 0}, {});
    try {
        (void)net::listen_on({asio::ip::address_v4::loopback()}, first.local().port(), {});
        FAIL() << "bound a taken port";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::address_in_use);
        EXPECT_EQ(std::string(e.what()),
                  "cannot listen on 127.0.0.1:" + std::to_string(first.local().port()) +
                      ": Address already in use");
    }
}

TEST_F(Listener, AtTheDescriptorLimitItRestsAndGoesOnLater) {
    net::listener l({asio::ip::address_v4::loopback(), 0}, {});
    run(l);
    support::tcp_client client(l.local().port());
    {
        const no_descriptors_left limit;
        run_until([this] { return !errors.empty(); });
        EXPECT_EQ(errors[0].value(), EMFILE);
        // It rests: a loop that is not idle now would come round at once.
        context.poll();
        EXPECT_EQ(context.poll(), 0U);
        EXPECT_TRUE(accepted.empty());
    }
    run_until([this] { return accepted.size() == 1; });
    EXPECT_EQ(errors.size(), 1U);
}

TEST_F(Listener, CancellationEndsTheLoop) {
    net::listener l({asio::ip::address_v4::loopback(), 0}, {});
    run(l);
    context.poll();
    tasks.cancel();
    context.run();
    EXPECT_EQ(tasks.size(), 0U);
    l.close();
    EXPECT_THROW(support::tcp_client{l.local().port()}, std::system_error);
}

TEST_F(Listener, AHerdIsAcceptedWhole) {
    net::listener l({asio::ip::address_v4::loopback(), 0}, {});
    std::vector<support::tcp_client> herd;
    for (int i = 0; i < 200; ++i) {
        herd.emplace_back(l.local().port());
    }
    run(l);
    run_until([this] { return accepted.size() == 200; });
}

TEST_F(Listener, SeveralLoopsMayShareIt) {
    net::listener l({asio::ip::address_v4::loopback(), 0}, {});
    net::event_loop other;
    std::size_t elsewhere = 0;
    net::task_group there{other.get_executor(), [](const std::exception_ptr&) { FAIL(); }};
    run(l);
    there.spawn(l.run([&](net::connection /*c*/) { ++elsewhere; },
                      [](const net::error_code& ec) { FAIL() << ec.message(); }));
    context.poll();
    const support::tcp_client first(l.local().port());
    other.run_for(std::chrono::milliseconds(1));
    run_until([&] {
        other.poll();
        return accepted.size() + elsewhere == 1;
    });

    tasks.cancel(); // one that has left does not take what the other is woken for
    context.run();
    const auto before = elsewhere;
    const support::tcp_client second(l.local().port());
    run_until([&] {
        other.run_for(std::chrono::milliseconds(1));
        return elsewhere == before + 1;
    });
    there.cancel();
    other.run();
}

} // namespace listener_test
