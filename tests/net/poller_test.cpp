// Many sockets in one event loop: each is woken for what happens to it, and only while it is there.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/tcp_channel.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <system_error>

namespace poller_test {

namespace {

namespace asio = boost::asio;
using support::bytes_of;

struct watched final : net::poller::watcher {
    std::function<void(net::ready)> then = [](net::ready) {};
    int woken = 0;

    void wake(net::ready r) override {
        ++woken;
        channel->note(r);
        then(r);
    }

    std::unique_ptr<net::tcp_channel> channel;
};

struct Poller : testing::Test {
    net::event_loop poller;
    asio::any_io_executor work =
        asio::require(poller.get_executor(), asio::execution::outstanding_work.tracked);
    support::tcp_listener listener;

    /// A connection: our end is watched, the other one is returned.
    support::tcp_client connect(watched& w) {
        support::tcp_client client(listener.port());
        watch(listener.accept(), w);
        return client;
    }

    /// Takes the lowest number that is free.
    void watch(const support::tcp_client& accepted, watched& w) {
        net::unique_fd fd{::fcntl(accepted.native_handle(), F_DUPFD_CLOEXEC, 0)};
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
        w.channel = std::make_unique<net::tcp_channel>(std::move(fd));
        poller.add(w.channel->native_handle(), w);
    }

    void remove(watched& w) { poller.remove(w.channel->native_handle(), w); }

    /// And what can still run then.
    template <class Condition>
    void run_until(Condition met) {
        const auto patience = net::clock::now() + std::chrono::seconds(30);
        while (!met() && net::clock::now() < patience) {
            poller.run_for(std::chrono::milliseconds(1));
        }
        ASSERT_TRUE(met());
        poller.poll();
    }

    void run_while_watched(const watched& w) {
        run_until([&] { return !w.is_watched(); });
    }

    std::array<std::byte, 8> buffer{};
};

} // namespace

TEST_F(Poller, TellsWhatCameAndOnlyOnce) {
    watched w;
    auto client = connect(w);
    w.then = [&](net::ready r) {
        if (r.to_read) {
            EXPECT_EQ(w.channel->read_some(buffer).bytes, 2U);
            EXPECT_TRUE(w.channel->read_some(buffer).would_block());
            remove(w);
        } else {
            client.send(bytes_of("hi"));
        }
    };
    run_while_watched(w);
    EXPECT_EQ(w.woken, 2) << "writable, then readable";
}

TEST_F(Poller, WatchedSocketsAloneKeepNothingRunning) {
    watched w;
    const auto client = connect(w);
    work = {};
    poller.run();
    EXPECT_TRUE(w.is_watched());
    remove(w);
    remove(w);
    EXPECT_FALSE(w.is_watched());
}

TEST_F(Poller, DoesNotWatchWhatCannotBeWatched) {
    watched w;
    const net::unique_fd file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    EXPECT_THROW(poller.add(file.get(), w), std::system_error);
    EXPECT_FALSE(w.is_watched());
}

/// Its event was fetched already when it is closed, and what comes after it gets its number and its
/// place.
TEST_F(Poller, WhoTakesThePlaceOfAnotherIsNotWokenForIt) {
    std::array<watched, 2> both;
    watched heir;
    auto first = connect(both[0]);
    auto second = connect(both[1]);
    poller.poll();
    const support::tcp_client third(listener.port());
    const auto accepted = listener.accept();
    for (std::size_t i = 0; i < 2; ++i) {
        both.at(i).then = [&, i](net::ready) {
            auto& other = both.at(1 - i);
            const int number = other.channel->native_handle();
            poller.forget(both.at(i));
            poller.forget(other);
            other.channel->close();
            watch(accepted, heir);
            EXPECT_EQ(heir.channel->native_handle(), number);
        };
    }
    heir.then = [](net::ready r) { EXPECT_FALSE(r.to_read) << "nothing was sent to it"; };
    first.send(bytes_of("a"));
    second.send(bytes_of("b"));
    first.wait_until_delivered();
    second.wait_until_delivered();
    run_until([&] { return heir.woken > 0; });
    EXPECT_EQ(both[0].woken + both[1].woken, 3) << "both writable, then one readable";
    EXPECT_EQ(heir.woken, 1);
    remove(heir);
}

/// As a child process may have it for a moment.
TEST_F(Poller, ACopyOfAClosedDescriptorWakesNobody) {
    watched w;
    watched heir;
    auto client = connect(w);
    poller.poll();
    const net::unique_fd copy{::fcntl(w.channel->native_handle(), F_DUPFD_CLOEXEC, 0)};
    poller.forget(w);
    w.channel->close();
    const auto other = connect(heir);
    run_until([&] { return heir.woken == 1; });
    client.send(bytes_of("late"));
    client.wait_until_delivered();
    poller.poll();
    EXPECT_EQ(heir.woken, 1);
    EXPECT_EQ(w.woken, 1);
    remove(heir);
}

TEST_F(Poller, WhoIsRemovedIsNotWokenEvenByEventsThatWereFetchedBefore) {
    std::array<watched, 2> both;
    const auto first = connect(both[0]);
    const auto second = connect(both[1]);
    for (std::size_t i = 0; i < 2; ++i) {
        both.at(i).then = [&, i](net::ready) {
            remove(both.at(i));
            poller.again(both.at(1 - i));
            remove(both.at(1 - i));
        };
    }
    run_until([&] { return !both[0].is_watched() && !both[1].is_watched(); });
    EXPECT_EQ(both[0].woken + both[1].woken, 1);
}

TEST_F(Poller, AnotherTurnComesAfterTheOthersHadTheirs) {
    std::array<watched, 2> both;
    std::vector<int> order;
    const auto first = connect(both[0]);
    const auto second = connect(both[1]);
    for (int i = 0; i < 2; ++i) {
        auto& mine = both.at(static_cast<std::size_t>(i));
        mine.then = [&, i](net::ready) {
            order.push_back(i);
            if (mine.woken < 3) {
                poller.again(mine);
            } else {
                remove(mine);
            }
        };
    }
    run_until([&] { return !both[0].is_watched() && !both[1].is_watched(); });
    EXPECT_EQ(order, (std::vector{0, 1, 0, 1, 0, 1}));
}

TEST_F(Poller, BytesBeforeTheEndAreReadAlthoughTheReadIsShort) {
    watched w;
    auto client = connect(w);
    client.send(bytes_of("last"));
    client.close();
    std::vector<std::byte> all;
    w.then = [&](net::ready) {
        for (;;) {
            const auto got = w.channel->read_some(buffer);
            all.insert(all.end(), buffer.begin(),
                       buffer.begin() + static_cast<std::ptrdiff_t>(got.bytes));
            if (got.would_block()) {
                return;
            }
            if (got.error) {
                EXPECT_EQ(got.error, asio::error::eof);
                remove(w);
                return;
            }
        }
    };
    run_while_watched(w);
    EXPECT_EQ(all, bytes_of("last"));
}

TEST_F(Poller, AFullSocketIsWritableAgainOnceItsPeerHasRead) {
    watched w;
    auto client = connect(w);
    const std::vector<std::byte> much(std::size_t{1} << 20U);
    std::size_t sent = 0;
    bool blocked = false;
    w.then = [&](net::ready r) {
        if (!r.to_write) {
            return;
        }
        if (blocked) {
            remove(w);
            return;
        }
        for (;;) {
            const auto wrote = w.channel->write_some(much);
            sent += wrote.bytes;
            if (wrote.would_block()) {
                break;
            }
            ASSERT_FALSE(wrote.error);
        }
        blocked = true;
        (void)client.receive(sent);
    };
    run_while_watched(w);
    EXPECT_TRUE(blocked);
}

TEST_F(Poller, AMovedChannelTellsItsNextOwnerAlsoWhatCameMeanwhile) {
    watched first;
    support::tcp_client client(listener.port());
    auto accepted = listener.accept();
    net::unique_fd fd{::fcntl(accepted.native_handle(), F_DUPFD_CLOEXEC, 0)};
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    first.channel = std::make_unique<net::tcp_channel>(std::move(fd));
    first.channel->watch(poller, first);
    poller.poll();
    EXPECT_EQ(first.woken, 0);

    auto moved = std::move(*first.channel);
    client.send(bytes_of("hi"));
    poller.poll();
    EXPECT_EQ(first.woken, 0);
    watched second;
    second.channel = std::make_unique<net::tcp_channel>(std::move(moved));
    second.channel->watch(poller, second);
    EXPECT_EQ(second.channel->read_some(buffer).bytes, 2U) << "nothing is told twice";
    client.send(bytes_of("ho"));
    poller.poll();
    EXPECT_GE(second.woken, 1);
    EXPECT_EQ(second.channel->read_some(buffer).bytes, 2U);
    EXPECT_EQ(first.woken, 0);
    poller.not_again(second);
}

TEST_F(Poller, AReleasedChannelIsWatchedByNobody) {
    watched w;
    support::tcp_client client(listener.port());
    auto accepted = listener.accept();
    w.channel = std::make_unique<net::tcp_channel>(
        net::unique_fd{::fcntl(accepted.native_handle(), F_DUPFD_CLOEXEC, 0)});
    w.channel->watch(poller, w);
    poller.poll();
    const auto before = w.woken;
    const auto fd = w.channel->release();
    client.send(bytes_of("hi"));
    poller.poll();
    EXPECT_EQ(w.woken, before);
    w.channel = std::make_unique<net::tcp_channel>(net::unique_fd{::dup(fd.get())});
    w.channel->watch(poller, w);
    poller.poll();
    EXPECT_EQ(w.woken, before + 1) << "told afresh";
}

TEST_F(Poller, WhoAsksTwiceForAnotherTurnHasOne) {
    watched w;
    const auto client = connect(w);
    w.then = [&](net::ready) {
        if (w.woken == 1) {
            poller.again(w);
            poller.again(w);
        }
    };
    poller.poll();
    EXPECT_EQ(w.woken, 2);
    remove(w);
}

} // namespace poller_test
