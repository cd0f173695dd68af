// Sends small messages there and back, one at a time on each pair.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/subject.hpp"

#include <chrono>
#include <span>
#include <vector>

namespace bench {

/// Returns the times of all round trips in microseconds. Viewers send, and servers, on a thread of
/// their own, send back. The pairs become non-blocking.
[[nodiscard]] std::vector<double> ping_pong(std::span<const session_ends> pairs,
                                            std::chrono::milliseconds duration);

} // namespace bench
