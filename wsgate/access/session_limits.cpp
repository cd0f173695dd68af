// Counts under a lock, which is taken once a session and not once a byte.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/session_limits.hpp"

namespace wsgate {

std::optional<session_limits::place> session_limits::enter(const session_caps& caps,
                                                           net::source_key client) {
    const std::lock_guard lock(mutex_);
    if (all_ >= caps.all) {
        return std::nullopt;
    }
    const auto mine = of_client_.find(client);
    if (caps.per_client != 0 && mine != of_client_.end() && mine->second >= caps.per_client) {
        return std::nullopt;
    }
    ++all_;
    ++of_client_[client];
    return place{*this, client};
}

std::size_t session_limits::size() const {
    const std::lock_guard lock(mutex_);
    return all_;
}

void session_limits::take_back(net::source_key client) {
    const std::lock_guard lock(mutex_);
    --all_;
    const auto mine = of_client_.find(client);
    if (--mine->second == 0) {
        of_client_.erase(mine);
    }
}

} // namespace wsgate
