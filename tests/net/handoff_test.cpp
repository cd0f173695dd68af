// One value from a giver to a taker, whoever comes first, and also when the taker has gone.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/handoff.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

#include <memory>

namespace handoff_test {

namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using slot = net::handoff<int>;

asio::awaitable<void> take_into(std::shared_ptr<slot> from, std::optional<int>& to) {
    to = co_await from->take();
}

asio::awaitable<void> take_or_leave(std::shared_ptr<slot> from, bool& left) {
    const auto first = co_await (from->take() || net::expire_after(std::chrono::milliseconds(1)));
    left = first.index() == 1;
}

} // namespace

TEST(Handoff, TakerMayComeFirst) {
    net::event_loop context;
    const auto h = std::make_shared<slot>(context.get_executor());
    std::optional<int> got;
    asio::co_spawn(context, take_into(h, got), net::rethrow);
    context.poll();
    EXPECT_FALSE(got);
    h->give(42);

    context.run();
    EXPECT_EQ(got, 42);
}

TEST(Handoff, GiverMayComeFirst) {
    net::event_loop context;
    const auto h = std::make_shared<slot>(context.get_executor());
    std::optional<int> got;
    h->give(42);
    asio::co_spawn(context, take_into(h, got), net::rethrow);
    context.run();
    EXPECT_EQ(got, 42);
}

TEST(Handoff, TakerMayLeaveAndTheGiverStillGive) {
    net::event_loop context;
    const auto h = std::make_shared<slot>(context.get_executor());
    bool left = false;
    asio::co_spawn(context, take_or_leave(h, left), net::rethrow);
    context.run();
    EXPECT_TRUE(left);
    h->give(42);

    context.run();
    EXPECT_EQ(h.use_count(), 1);
}

} // namespace handoff_test
