// Writes the repeater's numbers as Prometheus wants them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/numbers.hpp"

#include <string>

namespace repeater {

/// The numbers, and those of the process; each has its row in docs/repeater-metrics.md. On any
/// thread.
[[nodiscard]] std::string metrics_page(const numbers&);

} // namespace repeater
