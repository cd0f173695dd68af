// Calls setrlimit(2).
// SPDX-License-Identifier: EUPL-1.2
#include "service/descriptors.hpp"

#include <sys/resource.h>

namespace service {

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace service
