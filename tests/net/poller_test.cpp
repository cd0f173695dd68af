// Many sockets in one event loop: each is woken for what happens to it, and only while it is there.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/poller_guest.hpp"
#include "net/tcp_channel.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <functional>
#include <memory>

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
    net::event_loop context;
    net::poller_guest poller{context.get_executor()};
    support::tcp_listener listener;

    /// A connection: our end is watched, the other one is returned.
    support::tcp_client connect(watched& w) {
        support::tcp_client client(listener.port());
        auto accepted = listener.accept();
        net::unique_fd fd{::fcntl(accepted.native_handle(), F_DUPFD_CLOEXEC, 0)};
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
        w.channel = std::make_unique<net::tcp_channel>(std::move(fd));
        poller.add(w.channel->native_handle(), w);
        return client;
    }

    void remove(watched& w) { poller.remove(w.channel->native_handle(), w); }

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
    context.run();
    EXPECT_EQ(w.woken, 2) << "writable, then readable";
}

TEST_F(Poller, TheLoopEndsWhenNobodyIsWatched) {
    watched w;
    const auto client = connect(w);
    asio::post(context, [&] { remove(w); });
    context.run();
    const auto again = connect(w);
    w.then = [&](net::ready) { remove(w); };

    context.run();
    EXPECT_GE(w.woken, 1);
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
    context.run();
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
    context.run();
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
    context.run();
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
    context.run();
    EXPECT_TRUE(blocked);
}

} // namespace poller_test
