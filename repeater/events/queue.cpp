// Tries the first event until it is delivered or its tries are used up, then the next.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/queue.hpp"

#include <algorithm>
#include <utility>

namespace repeater {

output_queue::output_queue(std::unique_ptr<output> to, options o, report r)
    : output_(std::move(to)), options_(o), report_(std::move(r)), thread_([this] { run(); }) {}

output_queue::~output_queue() {
    finish(std::chrono::milliseconds(0));
}

void output_queue::push(std::string json) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.capacity) {
        queue_.erase(queue_.begin() + (busy_ ? 1 : 0));
        lose(1, "the queue is full");
    }
    queue_.push_back(std::move(json));
    changed_.notify_one();
}

void output_queue::finish(std::chrono::milliseconds at_most) {
    {
        const std::lock_guard lock(mutex_);
        if (!end_) {
            end_ = clock::now() + at_most;
        }
        changed_.notify_one();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void output_queue::run() {
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
}

void output_queue::deliver_first(std::unique_lock<std::mutex>& lock) {
    auto pause = options_.first_pause;
    std::chrono::milliseconds asked{0};
    std::string why;
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

void output_queue::pause_until(clock::time_point time, std::unique_lock<std::mutex>& lock) {
    while (clock::now() < time && !out_of_time()) {
        changed_.wait_until(lock, end_ ? std::min(time, *end_) : time); // finish() may set end_
    }
}

void output_queue::lose(std::size_t count, const std::string& why) {
    lost_ += count;
    why_lost_ = why;
}

void output_queue::report_losses(bool now) {
    if (lost_ == 0 || (!now && reported_ && clock::now() - *reported_ < options_.report_interval)) {
        return;
    }
    reported_ = clock::now();
    report_(std::exchange(lost_, 0), why_lost_);
}

} // namespace repeater
