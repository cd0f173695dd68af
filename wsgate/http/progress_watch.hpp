// Tells a slow peer from one that takes no bytes at all.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <chrono>
#include <cstddef>

namespace wsgate {

/// look() is told now and then how many bytes the peer has not taken yet. A slow peer may go on;
/// one that takes nothing for as long as the limit is to be given up.
class progress_watch {
public:
    using time_point = std::chrono::steady_clock::time_point;

    progress_watch(std::chrono::milliseconds limit, std::size_t untaken, time_point now)
        : limit_(limit), untaken_(untaken), since_(now) {}

    /// How long to wait before the next look; there are four looks in a limit.
    [[nodiscard]] std::chrono::milliseconds pause() const {
        constexpr int looks = 4;
        return limit_ / looks + std::chrono::milliseconds{1};
    }

    /// False where the peer is to be given up. When `untaken` grows, since more was sent, that is
    /// neither progress nor a loss of it.
    [[nodiscard]] bool look(std::size_t untaken, time_point now) {
        if (untaken < untaken_) {
            since_ = now;
        }
        untaken_ = untaken;
        return now - since_ < limit_;
    }

private:
    std::chrono::milliseconds limit_;
    std::size_t untaken_;
    time_point since_;
};

} // namespace wsgate
