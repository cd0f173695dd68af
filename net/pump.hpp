// Copies one direction of a session from stream to stream.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/pipe_pool.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace net {

/// Sees every byte of a direction, in order, before it is written on.
class pump_observer {
public:
    virtual void passing(std::span<const std::byte>) = 0;

    /// True once it has seen enough: from then on bytes may pass unseen.
    [[nodiscard]] virtual bool has_enough() const = 0;

protected:
    ~pump_observer() = default;
};

/// How far a pump is; others on the same event loop may look at any time.
struct pump_progress {
    std::uint64_t bytes_read = 0; ///< including the early bytes
    std::uint64_t bytes_written = 0;
};

struct pump_result {
    enum class end {
        eof,         ///< `from` ended; all was written and `to` was told
        read_error,  ///< `from` broke; what was read before was written
        write_error, ///< `to` broke
        aborted,     ///< a stream was closed under us, or the task was cancelled
    };

    end how = end::eof;
    error_code error; ///< empty for eof
};

/// What the pumps of one event loop share.
struct pump_means {
    std::span<std::byte> scratch; ///< for one attempt between two waits
    pipe_pool& pipes;
    /// Reads in a row that fill half of the scratch buffer, or a pipe, before a direction counts as
    /// streaming.
    static constexpr unsigned default_reads = 4;
    unsigned reads_before_streaming = default_reads;
};

/// Moves `early`, then everything from `from`, to `to`. In one of two gears: copying through the
/// scratch buffer, where only a partial write takes memory (at most scratch.size()); or, while the
/// direction streams and nobody needs to see it, moving through a borrowed pipe, which goes back
/// whenever there is nothing to read. Nothing more is read until what was read is written. Never
/// closes a stream; at EOF calls to.shutdown_send().
[[nodiscard]] asio::awaitable<pump_result> pump(stream& from, stream& to,
                                                std::vector<std::byte> early, pump_means,
                                                pump_progress&, pump_observer&);

} // namespace net
