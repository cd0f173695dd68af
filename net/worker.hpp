// A thread with an event loop of its own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace net {

/// What runs on a worker stays there: no locks, no strands. Other threads reach it by asio::post.
class worker {
public:
    /// Lent to one attempt at a time between two waits; shared by all streams of this worker.
    static constexpr std::size_t scratch_size = std::size_t{256} * 1024;

    /// Throws std::system_error.
    worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    [[nodiscard]] asio::any_io_executor executor() { return loop_.get_executor(); }

    [[nodiscard]] event_loop& loop() { return loop_; }

    [[nodiscard]] std::span<std::byte> scratch() { return scratch_; }

    /// Waits until no coroutine and nothing that was posted is left. Whoever owns what uses this
    /// event loop does that before it goes.
    void join();

private:
    event_loop loop_;
    std::optional<asio::any_io_executor> work_; ///< keeps the loop running
    std::vector<std::byte> scratch_;
    std::thread thread_;
};

} // namespace net
