// A thread around a poller: what is posted, what is watched, its clock, its end.
// SPDX-License-Identifier: EUPL-1.2
#include "net/poller_thread.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <future>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace poller_thread_test {

namespace {

using namespace std::chrono_literals;

struct pipe_ends {
    pipe_ends() {
        std::array<int, 2> fds{};
        if (::pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
            throw std::system_error(errno, std::generic_category(), "pipe2");
        }
        to_read = net::unique_fd(fds[0]);
        to_write = net::unique_fd(fds[1]);
    }

    net::unique_fd to_read;
    net::unique_fd to_write;
};

/// Leaves once there is something to read.
class reader final : public net::poller::watcher {
public:
    reader(net::poller& p, int fd) : poller_(p), fd_(fd) { poller_.add(fd_, *this); }

    std::promise<std::thread::id> told;

private:
    void wake(net::ready r) override {
        if (r.to_read) {
            poller_.remove(fd_, *this);
            told.set_value(std::this_thread::get_id());
        }
    }

    net::poller& poller_;
    int fd_;
};

} // namespace

TEST(PollerThread, RunsWhatIsPostedInOrderOnItsOwnThread) {
    std::vector<int> ran;
    std::thread::id where;
    {
        net::poller_thread thread(0);
        for (int i = 0; i < 100; ++i) {
            thread.post([&, i] {
                ran.push_back(i);
                where = std::this_thread::get_id();
            });
        }
    }
    ASSERT_EQ(ran.size(), 100U);
    EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
    EXPECT_NE(where, std::this_thread::get_id());
}

TEST(PollerThread, WhatIsPostedMayPost) {
    std::promise<void> done;
    net::poller_thread thread(0);
    thread.post([&] { thread.post([&] { done.set_value(); }); });
    EXPECT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
}

TEST(PollerThread, DoesNotEndWhileSomebodyIsWatched) {
    const pipe_ends pipe;
    std::unique_ptr<reader> watched;
    net::poller_thread thread(0);
    thread.post([&] { watched = std::make_unique<reader>(thread, pipe.to_read.get()); });
    auto ended = std::async(std::launch::async, [&] { thread.join(); });
    EXPECT_EQ(ended.wait_for(50ms), std::future_status::timeout);
    ASSERT_EQ(::write(pipe.to_write.get(), "x", 1), 1);
    EXPECT_EQ(ended.wait_for(10s), std::future_status::ready);
    EXPECT_NE(watched->told.get_future().get(), std::this_thread::get_id());
}

TEST(PollerThread, LooksAgainAtTheTimeThatItWasTold) {
    const auto begin = net::clock::now();
    std::promise<net::clock::time_point> reached;
    bool is_told = false;
    net::poller_thread thread(0, [&] {
        const auto due = begin + 20ms;
        if (net::clock::now() < due) {
            return due;
        }
        if (!std::exchange(is_told, true)) {
            reached.set_value(net::clock::now());
        }
        return net::clock::time_point::max();
    });
    auto when = reached.get_future();
    ASSERT_EQ(when.wait_for(10s), std::future_status::ready);
    EXPECT_GE(when.get(), begin + 20ms);
}

} // namespace poller_thread_test
