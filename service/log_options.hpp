// What a log is made from.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/line_file.hpp"
#include "service/log_line.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace service {

enum class log_level { debug, info, warn, error };

/// Makes the line by which the log tells of itself: `log_lost` (`lines`, `why`), and
/// `log_not_reopened` (`why`). Called on the log's thread.
using log_notice = std::function<std::string(log_level, std::string_view event,
                                             const boost::json::object& fields)>;

struct log_options {
    std::string file; ///< appended to; empty: standard error, unless syslog is set
    log_level from = log_level::info;
    std::size_t queue = 8192; ///< lines
    /// A pattern of spdlog; "%v" is the line itself.
    std::string pattern = "%Y-%m-%dT%H:%M:%S.%e%z %l %v";
    std::string syslog{}; ///< a socket's path, or HOST:PORT of UDP; empty: none
    std::string tag{};    ///< our name in syslog, and on standard error where lines are lost
    log_notice notice = [](log_level, std::string_view event, const boost::json::object& fields) {
        return log_line(log_format::text, event, fields);
    };
    /// How long the end waits for readers and disks, and a line for a syslog daemon that is busy.
    std::chrono::milliseconds patience{1000};
    bool starts_later = false;     ///< its thread; what is logged until start() waits in the queue
    line_file::write_call write{}; ///< in the place of write(2), for tests; empty: none
};

} // namespace service
