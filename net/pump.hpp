// Copies one direction of a session from stream to stream.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

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

/// Moves `early`, then everything from `from`, to `to`. Reads into `scratch`, which others may use
/// whenever this coroutine waits; only a partial write takes memory (at most scratch.size()), and
/// nothing more is read until that is gone. Never closes a stream; at EOF calls to.shutdown_send().
[[nodiscard]] asio::awaitable<pump_result> pump(stream& from, stream& to,
                                                std::vector<std::byte> early,
                                                std::span<std::byte> scratch, pump_progress&,
                                                pump_observer&);

} // namespace net
