// Order, another try, giving up, bounds, the end.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

namespace queue_test {

using namespace repeater;
using std::chrono::milliseconds;
using testing::ElementsAre;

/// What the output did; shared with the test.
struct history {
    std::mutex mutex;
    std::vector<std::string> delivered;
    std::atomic<int> failures_to_come = 0;
    std::atomic<int> asks_for = 0; ///< seconds that it asks to be left alone
    std::atomic<int> tries = 0;
    std::promise<void> entered;
    std::shared_future<void> may_go_on; ///< where valid, the first delivery waits for it
};

class fake_output final : public output {
public:
    explicit fake_output(history& h) : history_(h) {}

    std::optional<std::string> deliver(const std::string& json) override {
        if (history_.tries++ == 0 && history_.may_go_on.valid()) {
            history_.entered.set_value();
            history_.may_go_on.wait();
        }
        if (history_.failures_to_come > 0) {
            --history_.failures_to_come;
            return "not now";
        }
        const std::lock_guard lock(history_.mutex);
        history_.delivered.push_back(json);
        return std::nullopt;
    }

    std::chrono::seconds retry_after() const override {
        return std::chrono::seconds(history_.asks_for);
    }

private:
    history& history_;
};

struct losses {
    std::size_t count = 0;
    std::string why;
};

output_queue::options quick() {
    output_queue::options o;
    o.first_pause = milliseconds(1);
    o.longest_pause = milliseconds(2);
    return o;
}

output_queue::report into(losses& l) {
    return [&l](std::size_t count, const std::string& why) {
        l.count += count;
        l.why = why;
    };
}

constexpr auto plenty = std::chrono::seconds(10);

TEST(OutputQueue, DeliversInOrder) {
    history h;
    losses lost;
    output_queue queue(std::make_unique<fake_output>(h), quick(), into(lost));
    for (const auto* e : {"1", "2", "3"}) {
        queue.push(e);
    }
    queue.finish(plenty);
    EXPECT_THAT(h.delivered, ElementsAre("1", "2", "3"));
    EXPECT_EQ(lost.count, 0U);
}

TEST(OutputQueue, TriesAgainAndKeepsTheOrder) {
    history h;
    h.failures_to_come = 5;
    losses lost;
    output_queue queue(std::make_unique<fake_output>(h), quick(), into(lost));
    queue.push("1");
    queue.push("2");
    queue.finish(plenty);
    EXPECT_THAT(h.delivered, ElementsAre("1", "2"));
    EXPECT_EQ(h.tries, 7);
    EXPECT_EQ(lost.count, 0U);
}

TEST(OutputQueue, GivesUpAfterSomeTriesAndGoesOn) {
    history h;
    h.failures_to_come = 6;
    losses lost;
    output_queue queue(std::make_unique<fake_output>(h), quick(), into(lost));
    queue.push("1");
    queue.push("2");
    queue.finish(plenty);
    EXPECT_THAT(h.delivered, ElementsAre("2"));
    EXPECT_EQ(lost.count, 1U);
    EXPECT_EQ(lost.why, "not now");
}

TEST(OutputQueue, AFullQueueLosesTheOldestButNotTheOneUnderWay) {
    history h;
    std::promise<void> go_on;
    h.may_go_on = go_on.get_future();
    losses lost;
    auto o = quick();
    o.capacity = 3;
    output_queue queue(std::make_unique<fake_output>(h), o, into(lost));
    queue.push("1");
    h.entered.get_future().wait();
    for (const auto* e : {"2", "3", "4", "5"}) { // never waits, though the output is stuck
        queue.push(e);
    }
    go_on.set_value();
    queue.finish(plenty);
    EXPECT_THAT(h.delivered, ElementsAre("1", "4", "5"));
    EXPECT_EQ(lost.count, 2U);
    EXPECT_EQ(lost.why, "the queue is full");
}

/// A queue whose output takes nothing, and which pauses for an hour between two tries.
struct held_up {
    held_up() { h.failures_to_come = 1000; }

    history h;
    losses lost;
    output_queue queue{std::make_unique<fake_output>(h), patient(), into(lost)};

private:
    static output_queue::options patient() {
        auto o = quick();
        o.first_pause = std::chrono::hours(1);
        return o;
    }
};

TEST(OutputQueue, TheEndDoesNotWaitForAnOutputThatIsAway) {
    held_up q;
    q.queue.push("1");
    q.queue.push("2");
    q.queue.finish(milliseconds(20));
    EXPECT_TRUE(q.h.delivered.empty());
    EXPECT_EQ(q.lost.count, 2U);
}

TEST(OutputQueue, WaitsAsLongAsTheReceiverAsksButNotForEver) {
    history h;
    h.asks_for = 3600;
    h.failures_to_come = 1000;
    losses lost;
    auto o = quick();
    {
        output_queue queue(std::make_unique<fake_output>(h), o, into(lost));
        queue.push("1");
        while (h.tries == 0) {
            std::this_thread::yield();
        }
        std::this_thread::sleep_for(milliseconds(20)); // ten times its own longest pause
        EXPECT_EQ(h.tries, 1);
    }
    EXPECT_EQ(lost.count, 1U);
    h.failures_to_come = 1;
    o.longest_asked = milliseconds(1);
    output_queue queue(std::make_unique<fake_output>(h), o, into(lost));
    queue.push("2");
    queue.finish(plenty);
    EXPECT_THAT(h.delivered, ElementsAre("2"));
}

TEST(OutputQueue, TheEndCutsAPauseShortThatHasBegun) {
    held_up q;
    q.queue.push("1");
    while (q.h.tries == 0) {
        std::this_thread::yield();
    }
    std::this_thread::sleep_for(milliseconds(20)); // into the pause
    q.queue.finish(milliseconds(20));
    EXPECT_EQ(q.lost.count, 1U);
}

/// Hangs until it is let go, as a write to a dead disk does.
class hanging_output final : public output {
public:
    hanging_output(std::promise<void>& hangs, std::shared_future<void> until)
        : hangs_(hangs), until_(std::move(until)) {}

    std::optional<std::string> deliver(const std::string& /*json*/) override {
        hangs_.set_value();
        until_.wait();
        return std::nullopt;
    }

private:
    std::promise<void>& hangs_;
    std::shared_future<void> until_;
};

TEST(OutputQueue, TheEndLeavesADeliveryThatHangsToItself) {
    std::promise<void> hangs;
    std::promise<void> let_go;
    losses lost;
    auto o = quick();
    o.longest_delivery = milliseconds(20);
    {
        output_queue queue(std::make_unique<hanging_output>(hangs, let_go.get_future().share()), o,
                           into(lost));
        queue.push("1");
        hangs.get_future().wait();
        queue.push("2");
        queue.finish(milliseconds(1));
        EXPECT_EQ(lost.count, 2U);
        EXPECT_EQ(lost.why, "a delivery hangs");
    }
    let_go.set_value();
}

} // namespace queue_test
