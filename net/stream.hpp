// A channel that coroutines can wait for.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/channel.hpp"
#include "net/nothrow.hpp"

#include <cstddef>
#include <tuple>

namespace net {

enum class readiness { read, write };

/// Implemented by tcp_stream, by wsgate's TLS stream, and by the tests' scripted stream.
/// close() completes pending waits with operation_aborted. A wait that is cancelled has moved no
/// byte.
class stream : public channel {
public:
    /// Completes when an attempt is worth making again. At most one wait a direction at a time.
    [[nodiscard]] virtual asio::awaitable<std::tuple<error_code>> wait(readiness) = 0;

    /// Written bytes that the peer's kernel has not taken yet; 0 where that cannot be known.
    [[nodiscard]] virtual std::size_t untaken() { return 0; }

    /// The connection broke (RST, time-out); what came before may still be read. False where that
    /// cannot be known.
    [[nodiscard]] virtual bool is_broken() { return false; }
};

} // namespace net
