// Copies a direction, without a buffer of its own, until it streams; then moves it through a pipe.
// SPDX-License-Identifier: EUPL-1.2
#include "net/pump.hpp"

#include "net/uninterrupted.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace net {

namespace {

using end = pump_result::end;

/// Reads in a row that were small, before a direction no longer streams.
constexpr int small_reads_at_most = 16;

/// Fragmented reads with no large one between them, before a direction is copied for good.
constexpr int fragmented_reads_at_most = 16;

constexpr unsigned countable = 255;

} // namespace

pump::pump(channel& from, channel& to, pump_observer& observer)
    : from_(from), to_(to), observer_(observer), can_splice_(from.can_splice() && to.can_splice()) {
}

void pump::begin(std::vector<std::byte> early) {
    const auto passing = observer_.passing(early);
    progress_.bytes_read += passing.size();
    if (passing.data() == early.data() && passing.size() == early.size()) {
        kept_ = std::move(early);
    } else {
        kept_.assign(passing.begin(), passing.end());
    }
}

void pump::insert(std::span<const std::byte> bytes) {
    settle();
    kept_.insert(kept_.end(), bytes.begin(), bytes.end());
    progress_.bytes_read += bytes.size();
}

void pump::go_on(const pump_progress& so_far, std::vector<std::byte> kept) {
    progress_ = so_far;
    kept_ = std::move(kept);
}

/// What is in a pipe was read after all that is kept: one is empty where the other is not.
void pump::settle() {
    if (!pipe_) {
        return;
    }
    auto& p = **pipe_;
    kept_.reserve(p.pending);
    while (p.pending > 0) {
        const auto done = kept_.size();
        kept_.resize(done + p.pending);
        const auto got = outcome_of(uninterrupted(
            [&] { return ::read(p.read_end.get(), &kept_[done], kept_.size() - done); }));
        kept_.resize(done + got.bytes);
        p.pending = got.error || got.bytes == 0 ? 0 : p.pending - got.bytes;
    }
    pipe_.reset();
    stop_streaming();
}

pump::state pump::run(const pump_resources& resources) {
    for (int reads = 0;; ++reads) {
        auto done = deliver();
        if (done == step::moved) {
            if (reads == resources.reads_a_turn) {
                return state::goes_on;
            }
            done = streaming_ ? move_through_pipe(resources) : copy(resources);
        }
        if (done != step::moved) {
            return done == step::over ? state::ended : state::waits;
        }
    }
}

/// Writes what was read before. Nothing is read until all of it has `moved`: that is how a slow
/// receiver slows its sender down, and why a direction holds no more than one read.
pump::step pump::deliver() {
    if (!kept_.empty()) {
        return write_kept();
    }
    return pipe_ ? empty_pipe() : step::moved;
}

pump::step pump::write_kept() {
    while (kept_done_ < kept_.size()) {
        const auto wrote = to_.write_some(std::span(kept_).subspan(kept_done_));
        if (wrote.would_block()) {
            return step::blocked;
        }
        if (wrote.error) {
            return write_failed(wrote.error);
        }
        kept_done_ += wrote.bytes;
        progress_.bytes_written += wrote.bytes;
    }
    std::vector<std::byte>{}.swap(kept_); // clear() would keep the memory, of each idle direction
    kept_done_ = 0;
    return step::moved;
}

pump::step pump::copy(const pump_resources& resources) {
    const auto got = from_.read_some(resources.scratch);
    if (got.would_block()) {
        return step::blocked;
    }
    if (got.error) {
        return read_ended(got.error);
    }
    // Written at once: the scratch buffer is lent for this run() alone.
    const auto bytes = observer_.passing(resources.scratch.first(got.bytes));
    progress_.bytes_read += bytes.size();
    if (bytes.empty()) {
        return step::moved;
    }
    const auto wrote = to_.write_some(bytes);
    if (wrote.error && !wrote.would_block()) {
        return write_failed(wrote.error);
    }
    progress_.bytes_written += wrote.bytes;
    const auto rest = bytes.subspan(wrote.bytes);
    kept_.assign(rest.begin(), rest.end());
    const bool is_large = got.bytes >= resources.scratch.size() / 2;
    large_reads_ = is_large ? static_cast<std::uint8_t>(std::min(large_reads_ + 1U, countable))
                            : std::uint8_t{0};
    streaming_ = may_stream(resources);
    return step::moved;
}

// A pipe passes bytes unseen, so the observer must allow that for many of them; and borrowing one
// pays only for bulk, which a row of large reads shows.
bool pump::may_stream(const pump_resources& resources) const {
    return can_splice_ && large_reads_ >= resources.reads_before_streaming &&
           observer_.may_pass_unseen() >= resources.scratch.size();
}

pump::step pump::move_through_pipe(const pump_resources& resources) {
    if (!pipe_) {
        pipe_ = resources.pipes.borrow();
    }
    if (!pipe_) { // all are lent, or the system has none: copying goes on
        stop_streaming();
        return step::moved;
    }
    auto& p = **pipe_;
    const auto most =
        static_cast<std::size_t>(std::min<std::uint64_t>(p.capacity, observer_.may_pass_unseen()));
    if (most == 0) { // what comes next must be seen
        pipe_.reset();
        stop_streaming();
        return step::moved;
    }
    const auto got = from_.read_into(p, most);
    if (got.would_block()) {
        pipe_.reset(); // whoever waits holds no pipe
        return step::blocked;
    }
    if (got.error == asio::error::invalid_argument) { // this socket cannot be spliced
        can_splice_ = false;
        stop_streaming();
        return step::moved;
    }
    if (got.error) {
        return read_ended(got.error);
    }
    progress_.bytes_read += got.bytes;
    observer_.passed_unseen(got.bytes);
    if (most == p.capacity) { // otherwise it is not the sender that was slow
        judge_streaming(got.bytes, p, resources);
    }
    return empty_pipe();
}

/// Decides whether moving through a pipe still pays. Small reads are cheaper to copy; and since a
/// pipe holds a number of pieces, fragments fill it long before its capacity.
void pump::judge_streaming(std::size_t moved, const pipe& p, const pump_resources& resources) {
    small_reads_ = moved < resources.scratch.size() / 8 ? small_reads_ + 1 : 0;
    if (moved >= p.capacity / 2) {
        fragmented_reads_ = 0;
    } else if (p.is_fragmented) {
        ++fragmented_reads_;
    }
    if (fragmented_reads_ >= fragmented_reads_at_most) { // the path will hardly change
        can_splice_ = false;
    }
    if (!can_splice_ || small_reads_ >= small_reads_at_most) {
        stop_streaming();
    }
}

pump::step pump::empty_pipe() {
    auto& p = **pipe_;
    while (p.pending > 0) {
        const auto wrote = to_.write_from(p);
        if (wrote.would_block()) {
            return step::blocked;
        }
        if (wrote.error) {
            return write_failed(wrote.error);
        }
        progress_.bytes_written += wrote.bytes;
    }
    if (!streaming_) {
        pipe_.reset();
    }
    return step::moved;
}

/// Goes back to copying; empty_pipe() returns the pipe once it is empty.
void pump::stop_streaming() {
    streaming_ = false;
    large_reads_ = 0;
    small_reads_ = 0;
}

pump::step pump::read_ended(const error_code& ec) {
    pipe_.reset(); // it is empty: deliver() comes before each read
    if (ec == asio::error::eof) {
        result_ = {};
    } else {
        result_ = {end::read_error, ec};
    }
    return step::over;
}

pump::step pump::write_failed(const error_code& ec) {
    pipe_.reset();
    result_ = {end::write_error, ec};
    return step::over;
}

} // namespace net
