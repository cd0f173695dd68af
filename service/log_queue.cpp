// Two batches: one is filled by everybody under a lock, the other is with the log's thread.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log_queue.hpp"

#include <utility>

namespace service {

namespace {

constexpr std::chrono::milliseconds collecting{5};

} // namespace

void line_batch::add(time at, log_level level, std::string_view text, std::size_t most) {
    auto place = size_;
    if (size_ == most) {
        place = std::exchange(oldest_, (oldest_ + 1) % most);
        ++dropped_;
    } else if (++size_ > lines_.size()) {
        lines_.emplace_back();
    }
    auto& line = lines_[place];
    line.at = at;
    line.level = level;
    line.text.assign(text);
}

void line_batch::clear() {
    size_ = 0;
    oldest_ = 0;
    dropped_ = 0;
}

const queued_line& line_batch::operator[](std::size_t index) const {
    return lines_[(oldest_ + index) % size_];
}

void log_queue::put(log_level level, std::string_view text) {
    const auto now = std::chrono::system_clock::now();
    bool wakes = false;
    {
        const std::lock_guard lock(mutex_);
        waiting_.add(now, level, text, most_);
        wakes = std::exchange(sleeps_, false) || is_half_full();
    }
    if (wakes) {
        changed_.notify_one();
    }
}

void log_queue::wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
}

void log_queue::end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_one();
}

bool log_queue::take(line_batch& batch) {
    std::unique_lock lock(mutex_);
    const auto is_urgent = [this] { return woken_ || ended_ || is_half_full(); };
    if (batch.size() > 0) {
        changed_.wait_for(lock, collecting, is_urgent);
    }
    sleeps_ = waiting_.size() == 0;
    changed_.wait(lock, [this] { return woken_ || ended_ || waiting_.size() > 0; });
    sleeps_ = false;
    woken_ = false;
    batch.clear();
    std::swap(batch, waiting_);
    return !ended_ || batch.size() > 0;
}

} // namespace service
