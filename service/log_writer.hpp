// The log's own thread: collects lines, writes them, and tells how many were lost.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"
#include "service/line_file.hpp"
#include "service/log_options.hpp"
#include "service/syslog.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// Used by the log's thread, but for request_reopen(), end_at() and unwritten(), which any thread
/// may call. Waits for a reader as long as it takes, until one of the first two wakes it.
class log_writer {
public:
    using clock = std::chrono::steady_clock;
    /// Puts time and level around a line, and a newline behind it.
    using pattern = std::function<std::string(log_level, std::string_view)>;

    /// Throws std::runtime_error where the file cannot be opened or syslog not be reached.
    log_writer(log_options, pattern);

    /// `line`: with its time, level and newline; `plain`: without. Written by flush() or when there
    /// are many.
    void add(log_level, std::string_view line, std::string_view plain);
    void flush();
    /// Counts lines that others have lost.
    void lose(std::size_t lines, std::string why);

    /// The files are opened anew before any line that is added after this.
    void request_reopen();
    /// From then on nothing is waited for, and what cannot be written is lost.
    void end_at(clock::time_point);

    /// Lines that have been added or told as lost and that are not written.
    [[nodiscard]] std::size_t unwritten() const { return unwritten_; }

    /// Lines that were lost so far, whether that could be told or not; a line that neither the file
    /// nor syslog took counts twice. From any thread.
    [[nodiscard]] std::uint64_t lost() const { return lost_in_all_; }

private:
    struct outputs {
        std::optional<line_file> file; ///< none: syslog alone, or standard error is closed
        std::optional<syslog_writer> syslog;
    };

    [[nodiscard]] outputs open() const;
    void reopen_if_wanted();
    void write_pending();
    void add_notice(log_level, std::string_view event, const boost::json::object& fields);
    void tell_losses();
    void send_to_syslog(log_level, std::string_view plain);
    [[nodiscard]] bool reaches_syslog(log_level, std::string_view plain);
    [[nodiscard]] bool wait_for_room(int fd, clock::time_point limit);
    [[nodiscard]] bool is_over() const;
    void count_lost(std::size_t lines);
    void update_unwritten();

    log_options options_;
    pattern pattern_;
    outputs to_;
    std::string pending_;  ///< lines that are to be written to the file
    std::size_t lost_ = 0; ///< lines that the file's readers have not been told of
    std::size_t told_ = 0; ///< of them, those that the first line of pending_ tells of
    std::string why_;      ///< the last of them was lost
    std::size_t lost_by_syslog_ = 0;
    bool syslog_is_deaf_ = false; ///< it has been waited for in vain
    net::unique_fd wake_;         ///< an eventfd
    std::atomic<bool> reopens_ = false;
    std::atomic<clock::rep> end_;
    std::atomic<std::size_t> unwritten_ = 0;
    std::atomic<std::uint64_t> lost_in_all_ = 0;
};

} // namespace service
