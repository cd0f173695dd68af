// Counts what each thread of a test program allocates.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>

namespace support {

/// Calls since the calling thread began, of every form of operator new and operator delete. What
/// libraries in C allocate by malloc() is not among them.
struct allocations {
    std::uint64_t made = 0;
    std::uint64_t freed = 0;
};

/// In programs that allocation_counter.cpp is compiled into, under sanitizers as well.
[[nodiscard]] allocations own_allocations();

} // namespace support
