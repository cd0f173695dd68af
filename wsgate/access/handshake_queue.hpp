// Connections that are not done with something yet; when there are too many, the oldest is dropped.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/lease.hpp"
#include "wsgate/access/limit.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>

namespace wsgate {

/// Shared by all threads; outlives its places.
class handshake_queue {
public:
    using on_drop = std::function<void(limit)>;

private:
    struct entry {
        on_drop drop;
        bool was_dropped = false;
    };

    using queue = std::list<entry>;

public:
    /// `of`: the limit of those that wait.
    explicit handshake_queue(limit of) : of_(of) {}

    /// Held by a connection that waits.
    using place = net::lease<handshake_queue, queue::iterator>;

    /// `drop` is called, at most once, when one too many joins and this place is the oldest; on the
    /// thread of the one that joins, so it must not block. The place stays in the queue until it is
    /// destroyed.
    [[nodiscard]] place join(std::size_t longest, on_drop drop);

    [[nodiscard]] std::size_t size() const;

private:
    friend place;

    void take_back(queue::iterator);

    limit of_;
    mutable std::mutex mutex_;
    queue waiting_; ///< the oldest in front
    queue dropped_; ///< dropped, but not destroyed yet
};

} // namespace wsgate
