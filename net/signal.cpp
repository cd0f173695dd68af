// Waiting on a timer that never expires, only gets cancelled.
// SPDX-License-Identifier: EUPL-1.2
#include "net/signal.hpp"

namespace net {

asio::awaitable<void> signal::wait() {
    (void)co_await timer_.async_wait(nothrow);
}

} // namespace net
