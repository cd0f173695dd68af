// Queues the log's lines for the thread that writes them, which it wakes once for many.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/log_options.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace service {

struct queued_line {
    std::chrono::system_clock::time_point at;
    log_level level{};
    std::string text;
};

/// Lines in the order in which they came. The oldest gives way where there are `most`. Lines that
/// have been read are overwritten, so that a log that is busy allocates nothing.
class line_batch {
public:
    using time = std::chrono::system_clock::time_point;

    void add(time at, log_level, std::string_view text, std::size_t most);
    void clear();

    [[nodiscard]] std::size_t size() const { return size_; }

    /// `index`: from 0, the oldest, to size() - 1.
    [[nodiscard]] const queued_line& operator[](std::size_t index) const;

    /// Lines that gave way; they were older than all that are here.
    [[nodiscard]] std::size_t dropped() const { return dropped_; }

private:
    std::vector<queued_line> lines_;
    std::size_t size_ = 0;
    std::size_t oldest_ = 0; ///< its index in lines_; not 0 only where lines have given way
    std::size_t dropped_ = 0;
};

/// Any thread may call all but take(). Nobody waits for the log's thread.
class log_queue {
public:
    /// `most`: lines that are kept; a further one drops the oldest.
    explicit log_queue(std::size_t most) : most_(most) {}

    void put(log_level, std::string_view text);
    /// Lets take() return, with or without lines.
    void wake();
    /// Lets take() return what there is, and false when there is nothing more.
    void end();

    /// Waits for lines, and puts them in the place of those in `batch`. After a batch it waits for
    /// some milliseconds in any case, so that under load the thread wakes a few times a second and
    /// not for each line; put() makes no system call meanwhile.
    [[nodiscard]] bool take(line_batch& batch);

private:
    [[nodiscard]] bool is_half_full() const { return waiting_.size() >= (most_ + 1) / 2; }

    const std::size_t most_;
    std::mutex mutex_; ///< guards what follows
    std::condition_variable changed_;
    line_batch waiting_;
    bool sleeps_ = false; ///< take() waits for the first line
    bool woken_ = false;
    bool ended_ = false;
};

} // namespace service
