// Formats one event as one line of the log, in words or as JSON.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace service {

enum class log_format { text, json };

/// The pattern with which spdlog puts time and level around our lines.
[[nodiscard]] const char* log_pattern(log_format);

/// Makes `event key=value ...`, or the members of a JSON object without its braces, which are in
/// the pattern. Bytes from outside in the fields have been escaped by the caller.
[[nodiscard]] std::string log_line(log_format, std::string_view event,
                                   const boost::json::object& fields);

/// Makes the same line field after field. For lines of which there are many: where the format is
/// text it makes no JSON object on the way, and takes no memory but its own. A key comes once.
class event_line {
public:
    /// `event` is a literal.
    event_line(log_format, std::string_view event);

    event_line& word(std::string_view key, std::string_view);
    event_line& number(std::string_view key, std::uint64_t);
    /// The time in seconds, to the millisecond.
    event_line& seconds(std::string_view key, std::chrono::milliseconds);

    /// Valid until the line is changed, or ends.
    [[nodiscard]] std::string_view text();

private:
    static constexpr std::size_t usual_size = 512;

    char* add_field(std::string_view key, std::size_t size);

    log_format format_;
    std::string_view event_;
    fmt::basic_memory_buffer<char, usual_size> text_; ///< of the format text
    boost::json::object fields_;                      ///< of the format JSON
    std::string whole_;                               ///< of the format JSON, when it is asked for
};

} // namespace service
