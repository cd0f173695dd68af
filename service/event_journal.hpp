// What the journals of all programs have in common: how a line is written, and some of the lines.
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

/// As safe from other threads as the log is.
class event_journal {
public:
    event_journal(log& to, log_format f) : log_(to), format_(f) {}

    /// The listener rests for 100 ms.
    void accept_failed(const net::error_code&);
    /// `how`: "graceful", "now" ...
    void stopping(std::string_view how);
    /// Something that must not happen; `what` may hold bytes from outside.
    void defect(std::string_view what);

protected:
    /// The fields' bytes from outside have been escaped.
    void write(log_level, std::string_view event, const boost::json::object& fields);

    /// In the text format `words`, which those wait for who start us; in JSON an event.
    void write_words(std::string_view words, std::string_view event,
                     const boost::json::object& fields);

private:
    log& log_;
    log_format format_;
};

/// As a field's value.
[[nodiscard]] boost::json::string_view show(std::string_view);

/// As a field's value: "none" where the text is empty.
[[nodiscard]] boost::json::string_view show_or_none(std::string_view);

/// With three digits behind the point.
[[nodiscard]] double seconds_of(std::chrono::milliseconds);

} // namespace service
