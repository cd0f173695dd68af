// A thread with an event loop of its own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <span>
#include <thread>
#include <vector>

namespace net {

/// What runs on a worker stays there: no locks, no strands. Other threads reach it by asio::post.
class worker {
public:
    /// Lent to one attempt at a time between two waits; shared by all streams of this worker.
    static constexpr std::size_t scratch_size = std::size_t{256} * 1024;

    worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    [[nodiscard]] asio::any_io_executor executor() { return context_.get_executor(); }

    [[nodiscard]] std::span<std::byte> scratch() { return scratch_; }

    /// Lets the thread end once nothing is left to do on it.
    void release() { work_.reset(); }

    /// Waits until nothing is left to do. Whoever owns what uses this event loop does that before
    /// it goes.
    void join();

private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::vector<std::byte> scratch_;
    std::thread thread_;
};

} // namespace net
