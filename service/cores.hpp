// How many cores there are for this process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>

namespace service {

/// The cores that the calling thread may run on, which taskset(1), a service manager or a container
/// may have restricted (sched_getaffinity(2)); at least one.
[[nodiscard]] std::size_t cores();

} // namespace service
