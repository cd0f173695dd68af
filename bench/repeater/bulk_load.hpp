// A load of servers that send as fast as they can, and viewers that read.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/subject.hpp"

#include <atomic>
#include <cstdint>
#include <span>
#include <thread>

namespace bench {

/// Runs two threads, one for all servers and one for all viewers, until it is destroyed. The pairs
/// must outlive it, and become non-blocking.
class bulk_load {
public:
    explicit bulk_load(std::span<const session_ends> pairs);

    /// Bytes that have reached the viewers.
    [[nodiscard]] std::uint64_t received() const {
        return received_.load(std::memory_order_relaxed);
    }

private:
    void send(const std::stop_token&) const;
    void receive(const std::stop_token&);

    std::span<const session_ends> pairs_;
    std::atomic<std::uint64_t> received_ = 0;
    std::jthread sender_; // last, since the threads use the other members
    std::jthread receiver_;
};

} // namespace bench
