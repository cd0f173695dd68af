// Memory that is held back for the moment when there is no other.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>

namespace net {

/// From now on operator new never throws, but for allocations_may_fail: where there is no memory,
/// the reserve (1 MiB, of which nothing is resident) is given up, and the allocation is made again,
/// so that what has begun comes to its end. Where that was not enough the process ends
/// (std::terminate): too much of what we build on, Asio's parallel operations first, goes on with
/// dangling references after std::bad_alloc. To be called once, before all else. Where the system
/// does not even grant the reserve, operator new is as it was.
void hold_memory_reserve();

/// Whether there is a reserve, or it could be had again. While there is none, nobody should be let
/// in. Costs nothing as long as it has not been given up. True where none was ever held. Any
/// thread.
[[nodiscard]] bool has_memory_reserve();

/// As posix_memalign(3), but with the reserve, and the same end, for libraries that have no
/// operator new. Memory of no size is null.
[[nodiscard]] void*
allocate_with_reserve(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) noexcept;

/// While it lives, operator new throws std::bad_alloc on this thread and leaves the reserve alone:
/// for the buffers of one session, which can be ended, and of which there may be many.
class allocations_may_fail {
public:
    allocations_may_fail();
    allocations_may_fail(const allocations_may_fail&) = delete;
    allocations_may_fail& operator=(const allocations_may_fail&) = delete;
    ~allocations_may_fail();

private:
    bool before_;
};

} // namespace net
