// A limit in time as something to wait for: `co_await (read() || expire_at(t))`.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "net/nothrow.hpp"

namespace net {

/// Completes at `when`, or at once with the coroutine's cancellation.
[[nodiscard]] asio::awaitable<void> expire_at(clock::time_point when);
[[nodiscard]] asio::awaitable<void> expire_after(clock::duration);

} // namespace net
