// Polls again where a signal has come between.
// SPDX-License-Identifier: EUPL-1.2
#include "service/ready_by.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <poll.h>

namespace service {

bool ready_by(int fd, short events, std::chrono::steady_clock::time_point end) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd p{fd, events, 0};
        const int ready = ::poll(&p, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready >= 0 || errno != EINTR) {
            return ready > 0;
        }
    }
}

} // namespace service
