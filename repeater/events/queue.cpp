// Tries the first event until it is delivered or its tries are used up, then the next.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/queue.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace repeater {

/// What the queue and its thread share.
class output_queue::deliveries {
public:
    deliveries(std::unique_ptr<output> to, options o, report r)
        : output_(std::move(to)), options_(o), report_(std::move(r)) {}

    void run();
    void push(std::string json);
    [[nodiscard]] std::vector<std::string> waiting();
    void forget_waiting();
    void end(std::chrono::milliseconds at_most);
    /// False where a delivery hangs: then nobody is told of anything any more.
    [[nodiscard]] bool wait_for_the_end();

private:
    using clock = std::chrono::steady_clock;

    /// With the lock held: the first event whose delivery has not begun.
    [[nodiscard]] std::deque<std::string>::iterator first_waiting() {
        return queue_.begin() + (busy_ ? 1 : 0);
    }

    /// With the lock held; returns with the lock held.
    void deliver_first(std::unique_lock<std::mutex>&);
    void pause_until(clock::time_point, std::unique_lock<std::mutex>&); ///< or until the end
    void lose(std::size_t count, const std::string& why);
    void report_losses(bool now);

    [[nodiscard]] bool out_of_time() const { return end_ && clock::now() >= *end_; }

    std::unique_ptr<output> output_;
    options options_;
    report report_; ///< none once nobody waits for us any more
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> queue_; ///< the first is being delivered, where `busy_`
    bool busy_ = false;
    bool over_ = false;
    std::optional<clock::time_point> end_;
    std::size_t lost_ = 0;
    std::string why_lost_;
    std::optional<clock::time_point> reported_;
};

output_queue::output_queue(std::unique_ptr<output> to, options o, report r)
    : deliveries_(std::make_shared<deliveries>(std::move(to), o, std::move(r))),
      thread_([all = deliveries_] { all->run(); }) {}

output_queue::~output_queue() {
    finish(std::chrono::milliseconds(0));
}

void output_queue::push(std::string json) {
    deliveries_->push(std::move(json));
}

std::vector<std::string> output_queue::undelivered() const {
    return deliveries_->waiting();
}

void output_queue::leave_undelivered() {
    deliveries_->forget_waiting();
}

void output_queue::finish(std::chrono::milliseconds at_most) {
    deliveries_->end(at_most);
    if (!thread_.joinable()) {
        return;
    }
    if (deliveries_->wait_for_the_end()) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

void output_queue::deliveries::push(std::string json) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.capacity) {
        queue_.erase(first_waiting());
        lose(1, "the queue is full");
    }
    queue_.push_back(std::move(json));
    changed_.notify_all();
}

std::vector<std::string> output_queue::deliveries::waiting() {
    const std::lock_guard lock(mutex_);
    return {first_waiting(), queue_.end()};
}

void output_queue::deliveries::forget_waiting() {
    const std::lock_guard lock(mutex_);
    queue_.erase(first_waiting(), queue_.end());
}

void output_queue::deliveries::end(std::chrono::milliseconds at_most) {
    const std::lock_guard lock(mutex_);
    if (!end_) {
        end_ = clock::now() + at_most;
    }
    changed_.notify_all();
}

bool output_queue::deliveries::wait_for_the_end() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, *end_ + options_.longest_delivery, [this] { return over_; })) {
        lose(queue_.size(), "a delivery hangs");
        report_losses(true);
        report_ = nullptr;
    }
    return over_;
}

void output_queue::deliveries::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !queue_.empty() || end_; });
        if (queue_.empty() || out_of_time()) {
            break;
        }
        deliver_first(lock);
        report_losses(false);
    }
    if (!queue_.empty()) {
        lose(queue_.size(), "the repeater has ended");
    }
    report_losses(true);
    over_ = true;
    changed_.notify_all();
}

void output_queue::deliveries::deliver_first(std::unique_lock<std::mutex>& lock) {
    auto pause = options_.first_pause;
    std::chrono::milliseconds asked{0};
    std::string why = "the repeater has ended"; // where there is no time for a first try
    busy_ = true;
    for (int tried = 0; tried < options_.tries && !out_of_time(); ++tried) {
        if (tried > 0) {
            pause_until(clock::now() + std::max(pause, asked), lock);
            pause = std::min(pause * 2, options_.longest_pause);
        }
        const auto event = queue_.front(); // its place may move meanwhile
        lock.unlock();
        auto failure = output_->deliver(event);
        asked = std::min<std::chrono::milliseconds>(output_->retry_after(), options_.longest_asked);
        lock.lock();
        if (!failure) {
            busy_ = false;
            queue_.pop_front();
            return;
        }
        why = std::move(*failure);
    }
    busy_ = false;
    queue_.pop_front();
    lose(1, why);
}

void output_queue::deliveries::pause_until(clock::time_point time,
                                           std::unique_lock<std::mutex>& lock) {
    while (clock::now() < time && !out_of_time()) {
        changed_.wait_until(lock, end_ ? std::min(time, *end_) : time); // finish() may set end_
    }
}

void output_queue::deliveries::lose(std::size_t count, const std::string& why) {
    lost_ += count;
    why_lost_ = why;
}

void output_queue::deliveries::report_losses(bool now) {
    if (lost_ == 0 || (!now && reported_ && clock::now() - *reported_ < options_.report_interval)) {
        return;
    }
    reported_ = clock::now();
    const auto count = std::exchange(lost_, 0);
    if (report_) {
        report_(count, why_lost_);
    }
}

} // namespace repeater
