// Connections that have not said yet what they want: when there are too many, the oldest goes.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

namespace wsgate {

/// Shared by all threads; outlives its places.
class handshake_queue {
    struct entry {
        std::function<void()> drop;
        bool was_dropped = false;
    };

    using queue = std::list<entry>;

public:
    class place {
    public:
        place() = default;

        place(place&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), mine_(other.mine_) {}

        place& operator=(place&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(mine_, other.mine_);
            return *this;
        }

        place(const place&) = delete;
        place& operator=(const place&) = delete;

        ~place() {
            if (of_ != nullptr) {
                of_->leave(mine_);
            }
        }

    private:
        friend handshake_queue;

        place(handshake_queue& of, queue::iterator mine) : of_(&of), mine_(mine) {}

        handshake_queue* of_ = nullptr;
        queue::iterator mine_;
    };

    /// `drop` is called, at most once, on whatever thread joins as one too many while this is the
    /// oldest; it must not block. The place stays in the line until it is destroyed.
    [[nodiscard]] place join(std::size_t longest, std::function<void()> drop);

    [[nodiscard]] std::size_t size() const;

private:
    void leave(queue::iterator);

    mutable std::mutex mutex_;
    queue waiting_; ///< the oldest in front
    queue dropped_; ///< told to go, and not gone yet
};

} // namespace wsgate
