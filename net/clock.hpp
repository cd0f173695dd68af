// The clock that all times and limits are of.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>

namespace net {

using clock = std::chrono::steady_clock;

} // namespace net
