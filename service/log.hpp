// Writes log lines on a thread of its own, so that a slow disk or reader never stops a session.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace service {

enum class log_level { debug, info, warn, error };

[[nodiscard]] std::string_view name_of(log_level);

/// Lines are queued and written by a thread of their own. A full queue drops its oldest lines; a
/// full disk or a reader that has gone loses lines, nothing else. Safe from any thread.
class log {
public:
    struct options {
        std::string file; ///< appended to; empty: standard error, unless syslog is set
        log_level from = log_level::info;
        std::size_t queue = 8192; ///< lines
        /// A pattern of spdlog; "%v" is the line itself.
        std::string pattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %v";
        std::string syslog{}; ///< a socket's path, or HOST:PORT of UDP; empty: none
        std::string tag{};    ///< our name in syslog
    };

    /// Throws std::runtime_error where the file cannot be opened or syslog not be reached.
    explicit log(const options&);
    log(const log&) = delete;
    log& operator=(const log&) = delete;

    /// Writes what is still queued.
    ~log();

    /// `text` is one line, already escaped where it holds bytes from outside.
    void line(log_level, std::string_view text);

    /// Closes the file and opens it anew under its name (after a rotation). Where that fails the
    /// old one stays in use; throws std::runtime_error.
    void reopen();

private:
    struct sinks;
    std::unique_ptr<sinks> sinks_;
};

} // namespace service
