// How often targets are asked, and whose answer counts.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "tests/support/scripted_stream.hpp"
#include "wsgate/ops/readiness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace readiness_test {

namespace {

using namespace std::chrono_literals;
using wsgate::dialled;
using wsgate::ready_state;
namespace asio = boost::asio;

/// Targets that are there or not, take their time, and count who asks.
class asking : public testing::Test {
protected:
    asio::awaitable<dialled> dial(bool is_there, std::chrono::milliseconds takes) {
        ++asked;
        co_await net::expire_after(takes);
        if (!is_there) {
            co_return dialled{nullptr, asio::error::connection_refused};
        }
        co_return dialled{std::make_unique<support::scripted_stream>(context.get_executor(), none),
                          {}};
    }

    asio::awaitable<dialled> dial_while_replaced() {
        ready->targets({target(true)});
        return dial(false, 0ms);
    }

    wsgate::dialler target(bool is_there, std::chrono::milliseconds takes = 0ms) {
        return [this, is_there, takes] { return dial(is_there, takes); };
    }

    void make(std::vector<wsgate::dialler> targets, wsgate::readiness_options o = {}) {
        ready.emplace(
            context.get_executor(), std::move(targets),
            [](const std::exception_ptr& e) { std::rethrow_exception(e); }, o);
    }

    /// Runs until it has been answered.
    ready_state answer() {
        ready_state got{};
        asio::co_spawn(context, ready->ask(), [&got](const std::exception_ptr& e, ready_state s) {
            if (e) {
                std::rethrow_exception(e);
            }
            got = s;
        });

        context.run();
        return got;
    }

    net::event_loop context;
    support::fault none;
    int asked = 0;
    std::optional<wsgate::readiness> ready;
};

} // namespace

TEST_F(asking, NeedsAllTargets) {
    make({target(true), target(true)});
    EXPECT_EQ(answer(), ready_state::ready);
    make({target(true), target(false)});
    EXPECT_EQ(answer(), ready_state::no_target);
    make({});
    EXPECT_EQ(answer(), ready_state::ready);
}

TEST_F(asking, IsDoneSeldom) {
    make({target(true)}, {.fresh = 1h});
    EXPECT_EQ(answer(), ready_state::ready);
    EXPECT_EQ(answer(), ready_state::ready);
    EXPECT_EQ(asked, 1);
}

TEST_F(asking, IsDoneAgainWhenTheAnswerIsOld) {
    make({target(true)}, {.fresh = 0ms});
    EXPECT_EQ(answer(), ready_state::ready);
    EXPECT_EQ(answer(), ready_state::ready);
    EXPECT_EQ(asked, 2);
}

TEST_F(asking, WaitsNoLongerThanTheLimit) {
    make({target(true, 1h)}, {.probe = 20ms});
    EXPECT_EQ(answer(), ready_state::no_target);
}

TEST_F(asking, ForgetsWhatTargetsSaidThatAreNoMore) {
    make({[this] { return dial_while_replaced(); }}, {.fresh = 1h});
    EXPECT_EQ(answer(), ready_state::no_target);
    EXPECT_EQ(answer(), ready_state::ready);
    EXPECT_EQ(asked, 2);
}

TEST_F(asking, IsOverWhenStopped) {
    make({target(true)});
    EXPECT_EQ(answer(), ready_state::ready);
    ready->stop();
    EXPECT_EQ(answer(), ready_state::stopping);
    EXPECT_EQ(asked, 1);
}

} // namespace readiness_test
