// Moves one direction of a session from channel to channel.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/channel.hpp"
#include "net/pipe_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace net {

/// Sees the bytes of a direction, in order, before they are written on, and may change them.
class pump_observer {
public:
    static constexpr std::uint64_t everything = ~std::uint64_t{0};

    /// Returns what is written in their place, mostly they themselves; it stays until the next
    /// call.
    [[nodiscard]] virtual std::span<const std::byte> passing(std::span<const std::byte>) = 0;

    /// So many of the bytes that come next may pass unseen; of those that have it is told.
    [[nodiscard]] virtual std::uint64_t may_pass_unseen() const = 0;
    virtual void passed_unseen(std::uint64_t count) = 0;

protected:
    ~pump_observer() = default;
};

struct pump_progress {
    std::uint64_t bytes_read = 0; ///< including the early bytes; as the observer has them written
    std::uint64_t bytes_written = 0;
};

struct pump_result {
    enum class end {
        eof,         ///< `from` ended; all was written, and `to` may be told
        read_error,  ///< `from` broke; what was read before was written
        write_error, ///< `to` broke
    };

    end how = end::eof;
    error_code error; ///< empty for eof
};

/// What the pumps of one event loop share.
struct pump_resources {
    std::span<std::byte> scratch; ///< for the length of one run()
    pipe_pool& pipes;
    /// Reads in a row that fill half of the scratch buffer, or a pipe, before a direction counts as
    /// streaming.
    static constexpr unsigned default_reads = 4;
    unsigned reads_before_streaming = default_reads;
    /// Reads of one run(); then others of this event loop get a turn. 0: only what was read before
    /// is written.
    static constexpr int default_turn = 8;
    int reads_a_turn = default_turn;
};

/// Moves early bytes, then everything from `from`, to `to`. In one of two gears: copying through
/// the scratch buffer, where only a partial write takes memory (at most scratch.size()); or, while
/// the direction streams and nobody needs to see it, moving through a borrowed pipe, which goes
/// back whenever there is nothing to read. Nothing more is read until what was read is written.
/// Never closes a channel, and leaves it to its owner to pass an EOF on. Waits for nothing: whoever
/// knows when the channels are ready calls run().
class pump {
public:
    enum class state {
        waits,   ///< nothing can be done until `from` can be read, or `to` written again
        goes_on, ///< there is more to do, but others should have their turn
        ended,   ///< see result()
    };

    pump(channel& from, channel& to, pump_observer&);

    /// Gives the early bytes, which are delivered first. Before the first run().
    void begin(std::vector<std::byte> early);

    /// Goes on where another pump was: `kept` was read and is to be written first. Before the first
    /// run(). The observer has seen it.
    void go_on(const pump_progress& so_far, std::vector<std::byte> kept);

    /// Writes these next, behind what was read before. Throws std::bad_alloc.
    void insert(std::span<const std::byte>);

    /// Puts what is on its way into memory, so that kept() is all that was read and not written; to
    /// be called between two runs. Throws std::bad_alloc; nothing is lost by that.
    void settle();

    [[nodiscard]] std::span<const std::byte> kept() const {
        return std::span(kept_).subspan(kept_done_);
    }

    /// Does what can be done now, or a turn's worth of it. Throws std::bad_alloc; nothing is lost
    /// before that, but the direction cannot go on.
    [[nodiscard]] state run(const pump_resources&);

    [[nodiscard]] const pump_progress& progress() const { return progress_; }

    [[nodiscard]] const pump_result& result() const { return result_; }

private:
    enum class step { moved, blocked, over };

    [[nodiscard]] step deliver();
    [[nodiscard]] step write_kept();
    [[nodiscard]] step empty_pipe();
    [[nodiscard]] step copy(const pump_resources&);
    [[nodiscard]] step move_through_pipe(const pump_resources&);
    [[nodiscard]] bool may_stream(const pump_resources&) const;
    void judge_streaming(std::size_t moved, const pipe&, const pump_resources&);
    void stop_streaming();
    step read_ended(const error_code&);
    step write_failed(const error_code&);

    channel& from_;
    channel& to_;
    pump_observer& observer_;
    pump_progress progress_;
    pump_result result_;
    std::vector<std::byte> kept_; ///< read, and not taken by `to` yet
    std::size_t kept_done_ = 0;   ///< of kept_, what has been written
    std::optional<pipe_pool::lease> pipe_;
    std::uint8_t large_reads_ = 0;      ///< in a row, while copying
    std::uint8_t small_reads_ = 0;      ///< in a row, while streaming
    std::uint8_t fragmented_reads_ = 0; ///< with no large one between them
    bool streaming_ = false;            ///< moves through a pipe instead of being copied
    bool can_splice_;                   ///< false once a pipe was found not to work, or to pay
};

} // namespace net
