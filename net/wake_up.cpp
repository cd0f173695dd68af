// Waits on a timer that never expires and is only ever cancelled.
// SPDX-License-Identifier: EUPL-1.2
#include "net/wake_up.hpp"

namespace net {

asio::awaitable<void> wake_up::wait() {
    (void)co_await timer_.async_wait(nothrow);
}

} // namespace net
