// Shuts a source out for a time that doubles when it goes on. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"

#include <algorithm>
#include <chrono>

namespace net {

/// `first` is not longer than `longest`.
struct ban_options {
    std::chrono::seconds first{60};
    std::chrono::seconds longest{3600};

    friend bool operator==(const ban_options&, const ban_options&) = default;
};

class ban {
public:
    /// Shuts out from now on, twice as long as the last time; returns for how long. Whoever has
    /// behaved for the longest time since the last one begins anew.
    std::chrono::seconds begin(const ban_options& o, clock::time_point now) {
        if (now >= until_ + o.longest) {
            length_ = {};
        }
        length_ = std::clamp(2 * length_, o.first, o.longest);
        until_ = now + length_;
        return length_;
    }

    /// How much longer it lasts; nothing where there is none.
    [[nodiscard]] clock::duration left(clock::time_point now) const {
        return std::max(clock::duration::zero(), until_ - now);
    }

private:
    clock::time_point until_{};     // the epoch of the clock: long over
    std::chrono::seconds length_{}; ///< of the last one
};

} // namespace net
