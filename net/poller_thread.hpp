// A thread whose event loop is a poller.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/pipe_pool.hpp"
#include "net/poller.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace net {

/// What runs here stays here: no locks but the one around post(). With Asio between the sockets and
/// epoll(7), as poller_guest has it, each relayed message would cost two system calls more.
class poller_thread final : public poller {
public:
    /// Lent to one attempt at a time between two waits; shared by all streams of this thread.
    static constexpr std::size_t scratch_size = std::size_t{256} * 1024;

    /// Called before each wait, which then lasts until what it returns at most.
    using before_wait = std::function<clock::time_point()>;

    /// `pipes`: how many it may lend at a time; 0: none. Throws std::system_error.
    explicit poller_thread(
        std::size_t pipes, before_wait = [] { return clock::time_point::max(); });
    poller_thread(const poller_thread&) = delete;
    poller_thread& operator=(const poller_thread&) = delete;

    ~poller_thread() { join(); }

    /// From any thread, until join(). What is posted runs in order.
    void post(std::function<void()>);

    [[nodiscard]] std::span<std::byte> scratch() { return scratch_; }

    [[nodiscard]] pipe_pool& pipes() { return pipes_; }

    /// Waits until nobody is watched and nothing is left to do. Whoever owns what lives here does
    /// that before it goes.
    void join();

private:
    /// An eventfd(2) by which other threads end the wait.
    class doorbell final : public watcher {
    public:
        doorbell();

        [[nodiscard]] int native_handle() const { return fd_.get(); }

        void ring() const;

    private:
        // The wait is over, which is all that it is for: what was posted is looked at each time.
        void wake(ready) override {}

        unique_fd fd_;
    };

    void run();
    void run_posted();

    before_wait before_wait_;
    pipe_pool pipes_;
    std::vector<std::byte> scratch_;
    doorbell doorbell_;
    std::mutex mutex_;
    std::vector<std::function<void()>> posted_; ///< guarded by mutex_
    std::vector<std::function<void()>> jobs_;   ///< those of posted_ that are being run
    bool ending_ = false;                       ///< touched on the thread only
    std::thread thread_;
};

} // namespace net
