// Answers the service manager's watchdog while every thread of a daemon is alive.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/systemd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <vector>

namespace service {

/// Calls `tell`, which tells the manager so, each time that the event loop which runs this has rung
/// a timer and each of `others` has run a task. Where one of them hangs nothing is told, and the
/// manager restarts the process. Runs until it is cancelled; `others` live until then. security P9
[[nodiscard]] boost::asio::awaitable<void> feed_watchdog(
    std::chrono::microseconds interval, std::vector<boost::asio::any_io_executor> others,
    std::function<void()> tell = [] { notify_manager("WATCHDOG=1"); });

} // namespace service
