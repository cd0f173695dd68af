// Limits the number of sessions, in all and of one client.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/lease.hpp"
#include "net/limits/source_key.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace wsgate {

struct session_caps {
    std::size_t all = 1000;
    std::size_t per_client = 0; ///< 0: no limit but the one for all

    friend bool operator==(const session_caps&, const session_caps&) = default;
};

/// Shared by all threads; outlives its places.
class session_limits {
public:
    /// Held by a session for as long as it counts.
    using place = net::lease<session_limits, net::source_key>;

    /// Nothing where one of the caps is reached. The caller passes the caps, since the
    /// configuration may have changed since the other sessions began.
    [[nodiscard]] std::optional<place> enter(const session_caps&, net::source_key);

    [[nodiscard]] std::size_t size() const;

private:
    friend place;

    void take_back(net::source_key);

    mutable std::mutex mutex_;
    std::size_t all_ = 0;
    std::unordered_map<net::source_key, std::size_t> of_client_;
};

} // namespace wsgate
