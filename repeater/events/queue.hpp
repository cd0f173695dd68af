// Keeps events in order for a receiver that may be slow or away.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/output.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

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
        std::chrono::milliseconds longest_delivery{6'000}; ///< that the end waits for
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

    /// What has not been delivered, but for an event whose delivery has begun.
    [[nodiscard]] std::vector<std::string> undelivered() const;

    /// Somebody else delivers that.
    void leave_undelivered();

    /// Delivers what is queued, but begins nothing after that time. A delivery that hangs then is
    /// left to itself.
    void finish(std::chrono::milliseconds at_most);

private:
    class deliveries;

    std::shared_ptr<deliveries> deliveries_; ///< shared with a thread that a disk may hold for ever
    std::thread thread_;
};

} // namespace repeater
