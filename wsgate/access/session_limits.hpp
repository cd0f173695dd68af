// How many sessions there may be, in all and of one client.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/client_key.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace wsgate {

struct session_caps {
    std::size_t all = 1000;
    std::size_t per_client = 0; ///< 0: as many as there may be in all

    friend bool operator==(const session_caps&, const session_caps&) = default;
};

/// Shared by all threads; outlives its places.
class session_limits {
public:
    /// Held by a session for as long as it counts.
    class place {
    public:
        place(place&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), client_(other.client_) {}

        place& operator=(place&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(client_, other.client_);
            return *this;
        }

        place(const place&) = delete;
        place& operator=(const place&) = delete;

        ~place() {
            if (of_ != nullptr) {
                of_->leave(client_);
            }
        }

    private:
        friend session_limits;

        place(session_limits& of, client_key client) : of_(&of), client_(client) {}

        session_limits* of_;
        client_key client_;
    };

    /// Nothing where one of the caps is reached. They are the caller's: what is configured may have
    /// changed since the others came.
    [[nodiscard]] std::optional<place> enter(const session_caps&, client_key);

    [[nodiscard]] std::size_t size() const;

private:
    void leave(client_key);

    mutable std::mutex mutex_;
    std::size_t all_ = 0;
    std::unordered_map<client_key, std::size_t> of_client_;
};

} // namespace wsgate
