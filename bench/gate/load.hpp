// Sends streams through a gateway as fast as they go: frames up, or bytes down.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/gate/session.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

namespace bench {

struct flow {
    bool up = false;
    std::size_t frame = 65536; ///< up: payload bytes of each frame
    bool one_by_one = false;   ///< up: one send, and so one TLS record, for each frame
};

/// Runs two threads, one for all senders and one for all receivers, until it is destroyed. The
/// sessions must outlive it, and become non-blocking.
class gate_load {
public:
    gate_load(std::span<gate_session>, flow);

    /// Bytes that have come through. Up only payload is counted, or its share of what comes; down
    /// also the frames' headers, which are too few to matter.
    [[nodiscard]] std::uint64_t received() const {
        return received_.load(std::memory_order_relaxed);
    }

private:
    void make_frames();
    void send_up(const std::stop_token&);
    void receive_up(const std::stop_token&);
    void send_down(const std::stop_token&);
    void receive_down(const std::stop_token&);

    void add(std::size_t bytes) { received_.fetch_add(bytes, std::memory_order_relaxed); }

    std::span<gate_session> sessions_;
    flow flow_;
    std::vector<std::byte> frames_; // whole frames, sent again and again
    std::size_t frame_ = 0;         // bytes of each frame
    std::atomic<std::uint64_t> received_ = 0;
    std::jthread sender_; // last, since the threads use the other members
    std::jthread receiver_;
};

} // namespace bench
