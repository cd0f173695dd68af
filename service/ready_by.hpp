// Waits for a descriptor, on a thread that may block.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>

namespace service {

/// Waits until poll(2) reports one of `events` (POLLIN, POLLOUT), an error or an end. False where
/// that has not come by `end`. Looks at the descriptor once, also where the time is over already.
[[nodiscard]] bool ready_by(int fd, short events, std::chrono::steady_clock::time_point end);

} // namespace service
