// A thread that relays, and tells the thread that decides what happens.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/worker.hpp"
#include "repeater/live_pairs.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace repeater {

/// Used on the thread that decides.
class relay_worker {
public:
    /// `told` hears of what live_pairs::report would, on the event loop that `decides`.
    using told = std::function<void(const any_event&)>;

    relay_worker(asio::any_io_executor decides, const relaying&, told);
    relay_worker(const relay_worker&) = delete;
    relay_worker& operator=(const relay_worker&) = delete;

    /// Waits until the thread has done what it was told.
    ~relay_worker() { thread_.join(); }

    /// Takes over a pair that this thread's event loop has given away.
    void go_on(std::unique_ptr<relay>);

    /// Takes so many pairs at most off the thread. `taken` is called on the event loop that
    /// decides.
    using taken = std::function<void(std::vector<std::unique_ptr<relay>>)>;
    void set_aside(std::size_t at_most, taken);

    /// As live_pairs::change_policy(). `done` is called on the event loop that decides.
    void change_policy(session_number, policy_change, std::function<void(change_outcome)> done);

    /// Ends every pair.
    void stop();

    /// Reports so many pairs at most (event::carries), the oldest first.
    void show(std::size_t at_most);

    /// Pairs that are here, and what has been carried here.
    [[nodiscard]] const live_pairs& pairs() const { return pairs_; }

    [[nodiscard]] asio::any_io_executor executor() { return thread_.executor(); }

private:
    void report(any_event);
    void tell();

    asio::any_io_executor decides_;
    told told_;
    std::vector<any_event> untold_; ///< since this round of the thread's event loop began
    net::worker thread_;
    live_pairs pairs_; ///< lives on the thread
};

} // namespace repeater
