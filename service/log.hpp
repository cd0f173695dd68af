// Writes log lines on a thread of its own, so that a slow disk or reader never stops a session.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/log_options.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace service {

[[nodiscard]] std::string_view name_of(log_level);

/// Lines are queued and written by a thread of their own. A full queue drops its oldest lines; a
/// full disk or a reader that has gone loses lines, nothing else. The log tells how many were lost
/// once it can be written again. Safe from any thread; nothing here waits for the output but the
/// end, for `patience`.
class log {
public:
    using options = log_options;

    /// Throws std::runtime_error where the file cannot be opened or syslog not be reached.
    explicit log(const options&);
    log(const log&) = delete;
    log& operator=(const log&) = delete;

    /// Writes what is still queued. What cannot be written in time is lost, and standard error
    /// tells how many lines that were.
    ~log();

    /// Starts the thread, where `starts_later` said so. Throws std::system_error.
    void start();

    /// `text` is one line, already escaped where it holds bytes from outside.
    void line(log_level, std::string_view text);

    /// Lets the log's thread close the file and open it anew under its name (after a rotation),
    /// before it writes any line that comes later. Where that fails the old file stays in use, and
    /// the log says so.
    void reopen();

    /// Lines that were lost so far.
    [[nodiscard]] std::uint64_t lost() const;

private:
    struct parts;
    std::shared_ptr<parts> parts_; ///< shared with a thread that a disk may hold for ever
};

} // namespace service
