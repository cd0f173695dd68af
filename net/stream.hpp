// A channel that coroutines can wait for.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/channel.hpp"
#include "net/nothrow.hpp"

#include <cstddef>
#include <tuple>

namespace net {

enum class readiness { read, write };

/// Hears that attempts on a stream are worth making again, where no coroutine waits for that.
class stream_watcher {
public:
    /// On the stream's event loop, in a turn of its own. May close or destroy the stream.
    virtual void stream_ready() = 0;

protected:
    ~stream_watcher() = default;
};

/// Implemented by tcp_stream, by wsgate's TLS stream, and by the tests' scripted stream.
/// close() completes pending waits with operation_aborted. A wait that is cancelled has moved no
/// byte.
class stream : public channel {
public:
    /// Completes when an attempt is worth making again. At most one wait a direction at a time.
    [[nodiscard]] virtual asio::awaitable<std::tuple<error_code>> wait(readiness) = 0;

    /// From now on calls the watcher whenever an attempt that would have blocked is worth making
    /// again; nobody must be waiting. Null ends it. Throws std::system_error: out of watches.
    virtual void watch(stream_watcher*) = 0;

    /// Whether a write would take at least one byte. Where not, it is as if one would have blocked.
    [[nodiscard]] virtual bool takes_bytes() { return true; }

    /// Written bytes that the peer's kernel has not taken yet; 0 where that cannot be known.
    [[nodiscard]] virtual std::size_t untaken() { return 0; }

    /// The connection broke (RST, time-out); what came before may still be read. False where that
    /// cannot be known.
    [[nodiscard]] virtual bool is_broken() { return false; }
};

} // namespace net
