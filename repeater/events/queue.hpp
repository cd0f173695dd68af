// Keeps events in order for a receiver that may be slow or away.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/output.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace repeater {

/// Owns the thread that delivers to one output. An event that cannot be delivered is tried again
/// with growing pauses and then given up; when the queue is full its oldest event is. Both are
/// reported.
class output_queue {
public:
    struct options {
        std::size_t capacity = 10'000;
        int tries = 6; ///< of one event
        std::chrono::milliseconds first_pause{500};
        std::chrono::milliseconds longest_pause{8'000};
        /// The longest pause where the receiver asks for one itself (output::retry_after()).
        std::chrono::milliseconds longest_asked{300'000};
        std::chrono::milliseconds report_interval{10'000};
    };

    /// How many events are lost since the last report, and why. On the queue's thread.
    using report = std::function<void(std::size_t count, const std::string& why)>;

    output_queue(std::unique_ptr<output>, options, report);
    output_queue(const output_queue&) = delete;
    output_queue& operator=(const output_queue&) = delete;

    /// Loses what has not been delivered; see finish().
    ~output_queue();

    /// Adds an event. From any thread; never waits for a delivery.
    void push(std::string json);

    /// Delivers what is queued, but begins nothing after that time.
    void finish(std::chrono::milliseconds at_most);

private:
    using clock = std::chrono::steady_clock;

    void run();
    /// With the lock held; returns with the lock held.
    void deliver_first(std::unique_lock<std::mutex>&);
    void pause_until(clock::time_point, std::unique_lock<std::mutex>&); ///< or until the end
    void lose(std::size_t count, const std::string& why);
    void report_losses(bool now);

    [[nodiscard]] bool out_of_time() const { return end_ && clock::now() >= *end_; }

    std::unique_ptr<output> output_;
    options options_;
    report report_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> queue_; ///< the first is being delivered, where `busy_`
    bool busy_ = false;
    std::optional<clock::time_point> end_;
    std::size_t lost_ = 0;
    std::string why_lost_;
    std::optional<clock::time_point> reported_;
    std::thread thread_; // last: it uses all of the above
};

} // namespace repeater
