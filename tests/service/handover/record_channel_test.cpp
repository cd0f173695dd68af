// Records of one event loop: told in order, withdrawn, and done without an end that is gone.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/record_channel.hpp"
#include "tests/support/bytes.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace record_channel_test {

using namespace std::chrono_literals;
using service::record;
using service::record_channel;
using support::bytes_of;

/// The kinds of records, message by message.
using all_messages = std::vector<std::vector<int>>;

struct RecordChannel : testing::Test {
    void open(net::clock::duration patience = record_channel::usual_patience) {
        channel.emplace(
            loop, std::move(ends[0]), [this](const record& r) { heard.push_back(r.kind); },
            [this](const net::error_code& ec) { lost = ec; }, patience);
    }

    /// What has come at the other end.
    all_messages messages() {
        all_messages all;
        while (auto got = there.receive()) {
            all.emplace_back();
            const auto records = service::records_of(std::move(*got));
            for (const auto& each : records.value()) {
                all.back().push_back(each.kind);
            }
        }
        return all;
    }

    net::event_loop loop;
    std::array<net::message_socket, 2> ends = net::message_socket::make_pair();
    net::message_socket& there = ends[1];
    std::vector<int> heard;
    std::optional<net::error_code> lost;
    std::optional<record_channel> channel;
};

TEST_F(RecordChannel, WhatIsToldInARoundIsOneMessageAndThenComesBehindIt) {
    open();
    all_messages had_come;
    int done = 0;
    channel->tell(1);
    channel->then([&] { ++done; });
    channel->tell(2);
    channel->then([&] {
        had_come = messages();
        ++done;
    });
    EXPECT_TRUE(messages().empty()) << "not before the round's end";
    EXPECT_EQ(done, 0);
    loop.poll();
    EXPECT_EQ(done, 2);
    EXPECT_EQ(had_come, (all_messages{{1, 2}}));
}

TEST_F(RecordChannel, WhatIsWithdrawnIsNeverTold) {
    open();
    channel->tell(1, {}, {}, 7);
    channel->tell(2, {}, {}, 8);
    EXPECT_TRUE(channel->withdraw(7));
    EXPECT_FALSE(channel->withdraw(7));
    loop.poll();
    EXPECT_EQ(messages(), (all_messages{{2}}));
    EXPECT_FALSE(channel->withdraw(8)) << "it has left";
}

TEST_F(RecordChannel, HearsEachRecordOfAMessage) {
    open();
    service::record_batch batch;
    EXPECT_TRUE(batch.add(3, {}, {}));
    EXPECT_TRUE(batch.add(4, bytes_of("x"), {}));
    EXPECT_FALSE(there.send(batch.bytes()));
    loop.poll();
    EXPECT_EQ(heard, (std::vector{3, 4}));
    EXPECT_FALSE(lost);
}

TEST_F(RecordChannel, AnEndThatHasGoneIsToldOnceAndWhatComesThenIsDone) {
    open();
    bool done = false;
    ends[1] = {};
    loop.poll();
    EXPECT_EQ(lost, boost::asio::error::eof);
    lost.reset();
    EXPECT_FALSE(channel->is_open());
    channel->tell(1);
    channel->then([&] { done = true; });
    EXPECT_TRUE(done);
    loop.poll();
    EXPECT_FALSE(lost);
}

TEST_F(RecordChannel, WhatIsNoRecordEndsIt) {
    open();
    EXPECT_FALSE(there.send(bytes_of("nonsense")));
    loop.poll();
    EXPECT_EQ(lost, boost::asio::error::invalid_argument);
    EXPECT_TRUE(heard.empty());
}

TEST_F(RecordChannel, AFullEndIsWaitedForAndNothingIsLostOrChangesPlaces) {
    open();
    const std::vector<std::byte> large(service::record_batch::max_fields);
    constexpr int count = 20;
    int done = 0;
    for (int i = 0; i < count; ++i) {
        channel->tell(static_cast<std::uint8_t>(i), large);
    }
    channel->then([&] { done = 1; });
    loop.poll();
    EXPECT_EQ(done, 0);
    std::vector<int> all;
    while (all.size() < count) {
        for (const auto& each : messages()) {
            all.insert(all.end(), each.begin(), each.end());
        }
        loop.run_for(10ms);
    }
    for (int i = 0; i < count; ++i) {
        EXPECT_EQ(all.at(static_cast<std::size_t>(i)), i);
    }
    EXPECT_EQ(done, 1);
    EXPECT_FALSE(lost);
}

TEST_F(RecordChannel, OneThatTakesNothingForTooLongIsDoneWithout) {
    open(50ms);
    const std::vector<std::byte> large(service::record_batch::max_fields);
    bool done = false;
    for (int i = 0; i < 20; ++i) {
        channel->tell(1, large);
    }
    channel->then([&] { done = true; });
    const auto end = net::clock::now() + 5s;
    while (!lost && net::clock::now() < end) {
        loop.run_for(10ms);
    }
    EXPECT_EQ(lost, boost::asio::error::timed_out);
    EXPECT_TRUE(done);
}

} // namespace record_channel_test
