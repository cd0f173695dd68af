// A point in time as logs and events show it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <string>

namespace repeater {

/// "2026-11-23T04:00:00.123Z": UTC, cut to milliseconds (ISO 8601, RFC 3339).
[[nodiscard]] std::string utc_time(std::chrono::system_clock::time_point);

} // namespace repeater
