// Events on their way to somebody who may be slow or away: bounded, in order, tried again.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

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

/// Where events are delivered. Used on one thread, which it may block for some seconds.
class event_output {
public:
    event_output() = default;
    event_output(const event_output&) = delete;
    event_output& operator=(const event_output&) = delete;
    virtual ~event_output() = default;

    /// Empty once the receiver has the event; else why it has not, in a few words.
    [[nodiscard]] virtual std::optional<std::string> deliver(const std::string& json) = 0;
};

/// Owns the thread that delivers. An event that cannot be delivered is tried again with growing
/// pauses and then given up; when the queue is full its oldest event is. Both are reported.
class event_queue {
public:
    struct options {
        std::size_t capacity = 10'000;
        int tries = 6; ///< of one event
        std::chrono::milliseconds first_pause{500};
        std::chrono::milliseconds longest_pause{8'000};
        std::chrono::milliseconds report_interval{10'000};
    };

    /// How many events are lost since the last report, and why. On the queue's thread.
    using report = std::function<void(std::size_t count, const std::string& why)>;

    event_queue(std::unique_ptr<event_output>, options, report);
    event_queue(const event_queue&) = delete;
    event_queue& operator=(const event_queue&) = delete;

    /// Loses what has not been delivered; see finish().
    ~event_queue();

    /// From any thread; never waits.
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

    std::unique_ptr<event_output> output_;
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
