// The base of all programs' journals: writes lines, and has the events that all of them log.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "service/log.hpp"
#include "service/log_line.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string_view.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace service {

/// As safe from any thread as the log is.
class event_journal {
public:
    event_journal(log& to, log_format f) : log_(to), format_(f) {}

    /// For the log's options: what the log tells of itself, in the same form.
    [[nodiscard]] static log_notice notice(log_format);

    /// Accepting failed; the listener pauses for 100 ms.
    void accept_failed(const net::error_code&);
    /// `how`: such as "graceful" or "now".
    void stopping(std::string_view how);
    /// Logs an error of ours, such as an exception that nobody expected; `what` may hold bytes from
    /// outside.
    void defect(std::string_view what);

protected:
    /// Bytes from outside in the fields have been escaped by the caller.
    void write(log_level, std::string_view event, const boost::json::object& fields);

    /// The start of a line in the log's format, for events of which there are many.
    [[nodiscard]] event_line line_of(std::string_view event) const { return {format_, event}; }

    void write(log_level level, event_line& line) { log_.line(level, line.text()); }

    /// Writes `words` in the text format, since scripts that start us wait for these words; in JSON
    /// an event.
    void write_words(std::string_view words, std::string_view event,
                     const boost::json::object& fields);

private:
    log& log_;
    log_format format_;
};

/// As a field's value.
[[nodiscard]] boost::json::string_view show(std::string_view);

/// The time in seconds, to the millisecond.
[[nodiscard]] double seconds_of(std::chrono::milliseconds);

} // namespace service
