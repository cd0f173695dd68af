// Tasks are stopped, waited for, and heard when they fail.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

namespace task_group_test {

namespace {

namespace asio = boost::asio;

asio::awaitable<void> wait_for_ever(int& ended) {
    struct count_end {
        int& n;

        ~count_end() { ++n; }
    } const on_exit{ended};

    for (;;) {
        co_await net::expire_after(std::chrono::hours(1));
    }
}

asio::awaitable<void> fail() {
    throw std::runtime_error("boom");
    co_return;
}

asio::awaitable<void> join_and_note(net::task_group& group, bool& joined) {
    co_await group.join();
    joined = true;
}

struct TaskGroup : testing::Test {
    net::event_loop context;
    int escaped = 0;
    net::task_group group{context.get_executor(), [this](const std::exception_ptr&) { ++escaped; }};
};

} // namespace

TEST_F(TaskGroup, CancelEndsEveryTaskAndJoinWaitsForThem) {
    int ended = 0;
    bool joined = false;
    for (int i = 0; i < 3; ++i) {
        group.spawn(wait_for_ever(ended));
    }
    asio::co_spawn(context, join_and_note(group, joined), net::rethrow);
    context.poll();
    EXPECT_EQ(group.size(), 3U);
    EXPECT_FALSE(joined);
    group.cancel();
    context.run();
    EXPECT_EQ(ended, 3);
    EXPECT_TRUE(joined);
    EXPECT_EQ(escaped, 0) << "being cancelled is no failure";
}

TEST_F(TaskGroup, ATaskThatThrowsIsHeardAndEndsAlone) {
    int ended = 0;
    group.spawn(wait_for_ever(ended));
    group.spawn(fail());
    context.poll();
    EXPECT_EQ(escaped, 1);
    EXPECT_EQ(group.size(), 1U);
    EXPECT_EQ(ended, 0);
    group.cancel();
    context.run();
}

TEST_F(TaskGroup, JoinOfAnEmptyGroupIsImmediate) {
    bool joined = false;
    asio::co_spawn(context, join_and_note(group, joined), net::rethrow);
    context.run();
    EXPECT_TRUE(joined);
}

} // namespace task_group_test
