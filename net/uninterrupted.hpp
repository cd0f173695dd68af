// System calls that are made again where a signal has interrupted them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cerrno>

namespace net {

/// What `call` returns, which answers as read(2) does. On a socket that does not block the kernel
/// hardly ever says EINTR; but the poller tells of each change once, and an attempt that did
/// nothing would be the last.
template <class Call>
[[nodiscard]] auto uninterrupted(Call call) {
    auto returned = call();
    while (returned < 0 && errno == EINTR) {
        returned = call();
    }
    return returned;
}

} // namespace net
