// Counts the bits of the thread's affinity mask.
// SPDX-License-Identifier: EUPL-1.2
#include "service/cores.hpp"

#include <algorithm>
#include <sched.h>
#include <thread>

namespace service {

std::size_t cores() {
    cpu_set_t mine;
    CPU_ZERO(&mine);
    if (::sched_getaffinity(0, sizeof mine, &mine) == 0) {
        return static_cast<std::size_t>(CPU_COUNT(&mine));
    }
    return std::max(1U, std::thread::hardware_concurrency()); // more cores than the mask can tell
}

} // namespace service
