// Connections that have not said yet what they want: when there are too many, the oldest goes.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/lease.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>

namespace wsgate {

/// Shared by all threads; outlives its places.
class handshake_queue {
    struct entry {
        std::function<void()> drop;
        bool was_dropped = false;
    };

    using queue = std::list<entry>;

public:
    /// Held by a connection that waits.
    using place = net::lease<handshake_queue, queue::iterator>;

    /// `drop` is called, at most once, on whatever thread joins as one too many while this is the
    /// oldest; it must not block. The place stays in the line until it is destroyed.
    [[nodiscard]] place join(std::size_t longest, std::function<void()> drop);

    [[nodiscard]] std::size_t size() const;

private:
    friend place;

    void take_back(queue::iterator);

    mutable std::mutex mutex_;
    queue waiting_; ///< the oldest in front
    queue dropped_; ///< told to go, and not gone yet
};

} // namespace wsgate
