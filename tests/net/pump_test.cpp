// One direction of a relay: every byte once and in order, whatever each I/O does.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/pump.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/scripted_stream.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace pump_test {

namespace {

namespace asio = boost::asio;
using end = net::pump_result::end;
using support::bytes_of;

struct recorder final : net::pump_observer {
    std::vector<std::byte> seen;

    bool enough = false;
    std::uint64_t unseen = 0; ///< may pass so, where it has not had enough
    bool drops_blanks = false;
    std::vector<std::byte> written{};

    std::span<const std::byte> passing(std::span<const std::byte> bytes) override {
        seen.insert(seen.end(), bytes.begin(), bytes.end());
        if (!drops_blanks) {
            return bytes;
        }
        written.assign(bytes.begin(), bytes.end());
        std::erase(written, std::byte{' '});
        return written;
    }

    [[nodiscard]] std::uint64_t may_pass_unseen() const override {
        return enough ? everything : unseen;
    }

    void passed_unseen(std::uint64_t count) override { unseen -= enough ? 0 : count; }
};

/// One run of a pump over two scripted streams.
struct story {
    net::event_loop context;
    support::fault fault;
    support::scripted_stream from{context.get_executor(), fault};
    support::scripted_stream to{context.get_executor(), fault};
    std::vector<std::byte> early;
    std::vector<std::byte> scratch = std::vector<std::byte>(8);
    net::pipe_pool pipes{1};
    net::pump_progress progress;
    recorder observer;
    std::optional<net::pump_result> result;
    int turns = 0; ///< that were cut short

    /// A scripted stream that would block is ready the next time.
    void run() {
        net::pump pump(from, to, observer);
        pump.begin(early);
        auto state = net::pump::state::waits;
        for (int i = 0; i < 1000 && state != net::pump::state::ended; ++i) {
            state = pump.run({scratch, pipes, 1});
            turns += state == net::pump::state::goes_on ? 1 : 0;
        }
        progress = pump.progress();
        if (state == net::pump::state::ended) {
            result = pump.result();
        }
    }
};

void tell_all(story& s) {
    s.early = bytes_of("early ");
    s.from.incoming = {
        bytes_of("one "), {}, bytes_of("a chunk longer than the scratch "), bytes_of("end")};
    s.to.write_room = {3, 0, 100, 1, 0, 0, 2};
}

const auto everything = bytes_of("early one a chunk longer than the scratch end");

/// Plays the story once for each of its I/Os, which fails; `check` adds to what holds in any gear.
void expect_no_loss_at_any_failure(void (*tell)(story&), const std::vector<std::byte>& all,
                                   void (*check)(const story&)) {
    story good;
    tell(good);
    good.run();
    ASSERT_GT(good.fault.count, 12);
    for (int n = 1; n <= good.fault.count; ++n) {
        SCOPED_TRACE(n);
        story s;
        tell(s);
        s.fault.fail_at = n;
        s.run();
        ASSERT_TRUE(s.result);
        EXPECT_TRUE(s.result->how == end::read_error || s.result->how == end::write_error);
        EXPECT_EQ(s.result->error, asio::error::connection_reset);
        EXPECT_FALSE(s.to.send_was_shut_down) << "an error is no end of stream";
        const std::vector<std::byte> prefix(
            all.begin(), all.begin() + static_cast<std::ptrdiff_t>(s.to.written.size()));
        EXPECT_EQ(s.to.written, prefix);
        EXPECT_EQ(s.progress.bytes_written, s.to.written.size());
        check(s);
    }
}

} // namespace

TEST(Pump, MovesEarlyBytesFirstThenAllAndLeavesTheEndToItsOwner) {
    story s;
    tell_all(s);
    s.run();
    ASSERT_TRUE(s.result);
    EXPECT_EQ(s.result->how, end::eof);
    EXPECT_EQ(s.to.written, everything);
    EXPECT_EQ(s.observer.seen, everything);
    EXPECT_FALSE(s.to.send_was_shut_down);
    EXPECT_FALSE(s.from.send_was_shut_down);
    EXPECT_EQ(s.progress.bytes_read, everything.size());
    EXPECT_EQ(s.progress.bytes_written, everything.size());
}

TEST(Pump, FailsOnTheNthIoWithoutLosingOrRepeatingAByte) {
    expect_no_loss_at_any_failure(tell_all, everything, [](const story& s) {
        if (s.result->how == end::read_error) {
            EXPECT_EQ(s.progress.bytes_read, s.progress.bytes_written)
                << "what was read before the error is delivered";
        }
    });
}

TEST(Pump, AnEmptyStreamEndsAtOnce) {
    story s;
    s.run();
    EXPECT_EQ(s.result->how, end::eof);
    EXPECT_TRUE(s.to.written.empty());
    EXPECT_FALSE(s.to.send_was_shut_down);
}

TEST(Pump, ATurnEndsWhileThereIsMore) {
    story s;
    s.from.incoming.assign(20, bytes_of("more"));
    s.run();
    EXPECT_EQ(s.result->how, end::eof);
    EXPECT_GE(s.turns, 2);
    EXPECT_EQ(s.to.written.size(), 80U);
}

TEST(Pump, WaitsForASilentChannel) {
    story s;
    s.from.ends_with_eof = false;
    s.early = bytes_of("early");
    s.run();
    EXPECT_FALSE(s.result);
    EXPECT_EQ(s.to.written, s.early);
    EXPECT_EQ(s.turns, 0);
}

TEST(Pump, WritesWhatTheObserverMakesOfTheBytes) {
    story s;
    s.observer.drops_blanks = true;
    s.early = bytes_of("e a r");
    s.from.incoming = {bytes_of("l y "), bytes_of("   "), bytes_of("b i r d")};
    s.to.write_room = {2, 0, 1, 3, 0};
    s.run();
    ASSERT_TRUE(s.result);
    EXPECT_EQ(s.to.written, bytes_of("earlybird"));
    EXPECT_EQ(s.progress.bytes_read, 9U);
    EXPECT_EQ(s.progress.bytes_written, 9U);
}

TEST(Pump, WritesWhatIsInsertedBehindWhatWasRead) {
    story s;
    s.from.ends_with_eof = false;
    s.from.incoming = {bytes_of("12345678")};
    s.to.write_room = {3, 0};
    net::pump pump(s.from, s.to, s.observer);
    pump.begin({});
    EXPECT_EQ(pump.run({s.scratch, s.pipes, 1}), net::pump::state::waits);
    pump.insert(bytes_of("+-"));
    s.to.write_room.clear();
    s.from.incoming = {bytes_of("9")};
    EXPECT_EQ(pump.run({s.scratch, s.pipes, 1}), net::pump::state::waits);
    EXPECT_EQ(s.to.written, bytes_of("12345678+-9"));
    EXPECT_EQ(pump.progress().bytes_read, 11U);
    EXPECT_EQ(s.observer.seen, bytes_of("123456789")) << "it knows what it has inserted";
}

// --- the other gear

namespace {

/// Streams at once: one read of half the scratch buffer, and nobody looks.
void tell_bulk(story& s) {
    s.from.splices = true;
    s.to.splices = true;
    s.observer.enough = true;
    s.early = bytes_of("early ");
    s.from.incoming = {
        bytes_of("12345678"), bytes_of("spliced "), {}, bytes_of("more "), bytes_of("and the end")};
    s.to.write_room = {6, 8, 3, 0, 100, 0, 1};
}

const auto all_bulk = bytes_of("early 12345678spliced more and the end");

} // namespace

TEST(PumpBulk, MovesEverythingInOrder) {
    story s;
    tell_bulk(s);
    s.run();
    ASSERT_TRUE(s.result);
    EXPECT_EQ(s.result->how, end::eof);
    EXPECT_EQ(s.to.written, all_bulk);
    EXPECT_FALSE(s.to.send_was_shut_down);
    EXPECT_EQ(s.progress.bytes_read, all_bulk.size());
    EXPECT_EQ(s.progress.bytes_written, all_bulk.size());
    EXPECT_EQ(s.observer.seen, bytes_of("early 12345678")) << "the rest passed through a pipe";
    EXPECT_EQ(s.pipes.lent(), 0U);
}

TEST(PumpBulk, FailsOnTheNthIoWithoutLosingOrRepeatingAByte) {
    expect_no_loss_at_any_failure(tell_bulk, all_bulk, [](const story& s) {
        EXPECT_EQ(s.pipes.lent(), 0U) << "also where bytes were left in it";
    });
}

TEST(PumpBulk, AnObserverThatWantsMoreSeesAll) {
    story s;
    tell_bulk(s);
    s.observer.enough = false;
    s.run();
    EXPECT_EQ(s.to.written, all_bulk);
    EXPECT_EQ(s.observer.seen, all_bulk);
}

TEST(PumpBulk, LetsAsManyBytesPassUnseenAsTheObserverSays) {
    story s;
    tell_bulk(s);
    s.observer.enough = false;
    s.observer.unseen = 8; // of what follows the first read
    s.run();
    EXPECT_EQ(s.to.written, all_bulk);
    EXPECT_EQ(s.observer.seen, bytes_of("early 12345678more and the end"));
    EXPECT_EQ(s.observer.unseen, 0U);
    EXPECT_EQ(s.pipes.lent(), 0U);
}

TEST(PumpBulk, BorrowsNoPipeForFewBytes) {
    story s;
    tell_bulk(s);
    s.observer.enough = false;
    s.observer.unseen = 7; // less than a read
    s.run();
    EXPECT_EQ(s.observer.seen, all_bulk);
}

TEST(PumpBulk, WithoutAPipeItGoesOnByCopying) {
    story s;
    tell_bulk(s);
    const auto taken = s.pipes.borrow();
    ASSERT_TRUE(taken);
    s.run();
    EXPECT_EQ(s.to.written, all_bulk);
    EXPECT_EQ(s.observer.seen, all_bulk);
}

TEST(PumpBulk, WhereTheKernelWillNotItGoesOnByCopying) {
    story s;
    tell_bulk(s);
    // The fault strikes at the first read through the pipe.
    s.fault.error = asio::error::invalid_argument;
    s.fault.fail_at = 4;
    s.run();
    EXPECT_EQ(s.to.written, all_bulk);
    EXPECT_EQ(s.observer.seen, all_bulk);
    EXPECT_EQ(s.result->how, end::eof);
}

} // namespace pump_test
