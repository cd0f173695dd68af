// What a process cannot do without ends it, when it fails.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <exception>

namespace net {

/// Ends the process (std::terminate). Also the escape of task groups whose tasks it cannot do
/// without, such as those that accept: a port that nobody serves must not look like a healthy one.
[[noreturn]] void end_process(const std::exception_ptr&) noexcept;

} // namespace net
