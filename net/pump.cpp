// Two gears: copying, where an idle direction owns no buffer, and moving through a pipe.
// SPDX-License-Identifier: EUPL-1.2
#include "net/pump.hpp"

#include "net/write_all.hpp"

#include <boost/asio/error.hpp>

#include <optional>
#include <utility>

namespace net {

namespace {

using end = pump_result::end;
using outcome = std::optional<pump_result>; ///< empty: the direction goes on, in the other gear

/// Rounds without a wait between them; then other sessions of this event loop get a turn.
constexpr int rounds_a_turn = 8;

/// Reads in a row that were small, before a direction no longer streams.
constexpr int small_reads_at_most = 16;

/// Fragmented reads with no large one between them, before a direction is copied for good.
constexpr int fragmented_reads_at_most = 16;

pump_result failed(end how, const error_code& ec) {
    if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) {
        return {end::aborted, ec};
    }
    return {how, ec};
}

class one_direction {
public:
    one_direction(stream& from, stream& to, pump_means means, pump_progress& progress,
                  pump_observer& observer)
        : from_(from), to_(to), means_(means), progress_(progress), observer_(observer),
          can_splice_(from.can_splice() && to.can_splice()) {}

    asio::awaitable<pump_result> run(std::vector<std::byte> early) {
        progress_.bytes_read += early.size();
        observer_.passing(early);
        if (const auto ec = co_await write_all(to_, early, progress_.bytes_written)) {
            co_return failed(end::write_error, ec);
        }
        std::vector<std::byte>{}.swap(early);
        for (;;) {
            if (auto ended = co_await copy()) {
                co_return *ended;
            }
            if (auto ended = co_await splice()) {
                co_return *ended;
            }
        }
    }

private:
    outcome read_ended(const error_code& ec) {
        if (ec == asio::error::eof) {
            to_.shutdown_send();
            return pump_result{};
        }
        return failed(end::read_error, ec);
    }

    [[nodiscard]] bool is_streaming(unsigned large_reads) const {
        return can_splice_ && large_reads >= means_.reads_before_streaming &&
               observer_.has_enough();
    }

    /// Until the end, or until the direction streams.
    asio::awaitable<outcome> copy() {
        unsigned large_reads = 0;
        while (!is_streaming(large_reads)) {
            if (const auto [ec] = co_await from_.wait(readiness::read); ec) {
                co_return failed(end::read_error, ec);
            }
            const auto got = from_.read_some(means_.scratch);
            if (got.would_block()) {
                continue;
            }
            if (got.error) {
                co_return read_ended(got.error);
            }
            const auto bytes = means_.scratch.first(got.bytes);
            large_reads = bytes.size() >= means_.scratch.size() / 2 ? large_reads + 1 : 0;
            progress_.bytes_read += bytes.size();
            observer_.passing(bytes);
            const auto wrote = to_.write_some(bytes);
            if (wrote.error && !wrote.would_block()) {
                co_return failed(end::write_error, wrote.error);
            }
            progress_.bytes_written += wrote.bytes;
            if (wrote.bytes < bytes.size()) {
                const auto rest = bytes.subspan(wrote.bytes);
                const std::vector<std::byte> kept(rest.begin(), rest.end());
                if (const auto ec = co_await write_all(to_, kept, progress_.bytes_written)) {
                    co_return failed(end::write_error, ec);
                }
            }
        }
        co_return std::nullopt;
    }

    /// Until the end, or until the direction falls quiet or no pipe can be had.
    asio::awaitable<outcome> splice() {
        auto lease = means_.pipes.borrow();
        int small_reads = 0;
        int fragmented_reads = 0;
        for (int round = 1; lease && small_reads < small_reads_at_most; ++round) {
            auto& pipe = **lease;
            const auto got = from_.read_into(pipe);
            if (got.error && !got.would_block()) {
                if (got.error == asio::error::invalid_argument) { // the kernel will not
                    can_splice_ = false;
                    break;
                }
                co_return read_ended(got.error);
            }
            small_reads = got.bytes < means_.scratch.size() / 8 ? small_reads + 1 : 0;
            progress_.bytes_read += got.bytes;
            if (const auto ec = co_await empty(pipe)) {
                co_return failed(end::write_error, ec);
            }
            fragmented_reads = got.bytes >= pipe.capacity / 2 ? 0
                               : pipe.is_fragmented           ? fragmented_reads + 1
                                                              : fragmented_reads;
            if (fragmented_reads >= fragmented_reads_at_most) { // the path will hardly change
                can_splice_ = false;
                break;
            }
            // A short read was all there is: waiting costs less than another attempt.
            if (got.bytes < pipe.capacity / 4 || round % rounds_a_turn == 0) {
                lease.reset(); // whoever waits holds no pipe
                if (const auto [ec] = co_await from_.wait(readiness::read); ec) {
                    co_return failed(end::read_error, ec);
                }
                lease = means_.pipes.borrow();
            }
        }
        co_return std::nullopt;
    }

    asio::awaitable<error_code> empty(pipe& p) {
        while (p.pending > 0) {
            const auto wrote = to_.write_from(p);
            if (wrote.would_block()) {
                if (const auto [ec] = co_await to_.wait(readiness::write); ec) {
                    co_return ec;
                }
            } else if (wrote.error) {
                co_return wrote.error;
            }
            progress_.bytes_written += wrote.bytes;
        }
        co_return error_code{};
    }

    stream& from_;
    stream& to_;
    pump_means means_;
    pump_progress& progress_;
    pump_observer& observer_;
    bool can_splice_;
};

} // namespace

asio::awaitable<pump_result> pump(stream& from, stream& to, std::vector<std::byte> early,
                                  pump_means means, pump_progress& progress,
                                  pump_observer& observer) {
    one_direction direction(from, to, means, progress, observer);
    co_return co_await direction.run(std::move(early));
}

} // namespace net
