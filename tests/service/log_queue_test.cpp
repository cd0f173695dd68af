// The log's queue: order, what a full queue drops, and its end.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

namespace log_queue_test {

namespace {

using service::line_batch;
using service::log_level;
using service::log_queue;
using testing::ElementsAre;

std::vector<std::string> texts_of(const line_batch& batch) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        all.push_back(batch[i].text);
    }
    return all;
}

void put(log_queue& to, const std::vector<std::string>& lines) {
    for (const auto& text : lines) {
        to.put(log_level::info, text);
    }
}

} // namespace

TEST(LogQueue, KeepsTheOrder) {
    log_queue queue(10);
    put(queue, {"one", "two"});
    line_batch batch;
    EXPECT_TRUE(queue.take(batch));
    EXPECT_THAT(texts_of(batch), ElementsAre("one", "two"));
    put(queue, {"three"});
    EXPECT_TRUE(queue.take(batch));
    EXPECT_THAT(texts_of(batch), ElementsAre("three"));
    EXPECT_EQ(batch.dropped(), 0U);
}

TEST(LogQueue, DropsItsOldestLinesWhereItIsFull) {
    log_queue queue(3);
    line_batch batch;
    for (int round = 0; round < 3; ++round) { // memory that has been used before as well
        put(queue, {"1", "2", "3", "4", "5"});
        EXPECT_TRUE(queue.take(batch));
        EXPECT_THAT(texts_of(batch), ElementsAre("3", "4", "5"));
        EXPECT_EQ(batch.dropped(), 2U);
    }
    put(queue, {"6"});
    EXPECT_TRUE(queue.take(batch));
    EXPECT_THAT(texts_of(batch), ElementsAre("6"));
    EXPECT_EQ(batch.dropped(), 0U);
}

TEST(LogQueue, GivesWhatThereIsBeforeItsEnd) {
    log_queue queue(10);
    put(queue, {"last"});
    queue.end();
    line_batch batch;
    EXPECT_TRUE(queue.take(batch));
    EXPECT_THAT(texts_of(batch), ElementsAre("last"));
    EXPECT_FALSE(queue.take(batch));
    EXPECT_EQ(batch.size(), 0U);
}

TEST(LogQueue, WakesWhoWaits) {
    log_queue queue(10);
    for (const auto* const what : {"a line", "no line", "the end"}) {
        auto taken = std::async(std::launch::async, [&queue] {
            line_batch batch;
            const bool more = queue.take(batch);
            return std::pair{more, texts_of(batch)};
        });
        if (what == std::string{"a line"}) {
            put(queue, {what});
            EXPECT_THAT(taken.get(), testing::Pair(true, ElementsAre("a line")));
        } else if (what == std::string{"no line"}) {
            queue.wake();
            EXPECT_THAT(taken.get(), testing::Pair(true, ElementsAre()));
        } else {
            queue.end();
            EXPECT_THAT(taken.get(), testing::Pair(false, ElementsAre()));
        }
    }
}

TEST(LogQueue, KeepsAllLinesOfManyThreads) {
    constexpr std::size_t threads = 4;
    constexpr std::size_t lines_each = 5000;
    log_queue queue(threads * lines_each);
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < threads; ++i) {
        all.emplace_back([&queue, i] {
            for (std::size_t line = 0; line < lines_each; ++line) {
                queue.put(log_level::info,
                          std::string(1, static_cast<char>('a' + i)) + std::to_string(line));
            }
        });
    }
    std::thread ender([&] {
        for (auto& each : all) {
            each.join();
        }
        queue.end();
    });
    std::vector<std::size_t> next(threads, 0);
    line_batch batch;
    while (queue.take(batch)) {
        EXPECT_EQ(batch.dropped(), 0U);
        for (const auto& text : texts_of(batch)) {
            auto& expected = next.at(static_cast<std::size_t>(text.front() - 'a'));
            EXPECT_EQ(text.substr(1), std::to_string(expected++));
        }
    }
    ender.join();
    EXPECT_THAT(next, testing::Each(lines_each));
}

} // namespace log_queue_test
