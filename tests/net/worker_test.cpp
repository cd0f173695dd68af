// Work posted to a worker runs on its thread, as do timers there.
// SPDX-License-Identifier: EUPL-1.2
#include "net/worker.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <vector>

namespace worker_test {

using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST(Worker, RunsWhatIsPostedInOrderOnItsOwnThread) {
    std::vector<int> ran;
    std::thread::id where;
    {
        net::worker w;
        for (int i = 0; i < 100; ++i) {
            asio::post(w.executor(), [&, i] {
                ran.push_back(i);
                where = std::this_thread::get_id();
            });
        }
    }
    ASSERT_EQ(ran.size(), 100U) << "destruction waits for what was posted";
    EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
    EXPECT_NE(where, std::this_thread::get_id());
}

TEST(Worker, WhatIsPostedMayPost) {
    bool done = false;
    {
        net::worker w;
        asio::post(w.executor(), [&] { asio::post(w.executor(), [&] { done = true; }); });
    }
    EXPECT_TRUE(done);
}

TEST(Worker, ItsTimersRingInTime) {
    const auto due = net::clock::now() + 5ms;
    std::promise<net::clock::time_point> rang;
    std::unique_ptr<net::timer> alarm;
    net::worker w;
    asio::post(w.executor(), [&] {
        alarm =
            std::make_unique<net::timer>(w.executor(), [&] { rang.set_value(net::clock::now()); });
        alarm->set(due);
    });
    EXPECT_GE(rang.get_future().get(), due);
    asio::post(w.executor(), [&] { alarm.reset(); });
    w.join();
}

} // namespace worker_test
