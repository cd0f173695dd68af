// Formats one event as one line of the log, in words or as JSON.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/json/object.hpp>

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

} // namespace service
