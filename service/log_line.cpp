// Writes the fields of an event, which are a JSON object in either format.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log_line.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>
#include <iterator>

namespace service {

namespace {

namespace json = boost::json;

void append_text(std::string& line, const json::value& v) {
    if (const auto* text = v.if_string()) {
        const bool quoted = text->empty() || text->find(' ') != json::string::npos;
        const std::string_view quote = quoted ? "\"" : "";
        line += quote;
        line += std::string_view{*text};
        line += quote;
    } else if (v.is_double()) {
        fmt::format_to(std::back_inserter(line), "{:.3f}", v.as_double());
    } else if (v.is_uint64()) {
        line += std::to_string(v.as_uint64());
    } else {
        line += json::serialize(v);
    }
}

} // namespace

const char* log_pattern(log_format f) {
    return f == log_format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                                 : "%Y-%m-%dT%H:%M:%S.%e%z %l %v";
}

std::string log_line(log_format format, std::string_view event, const json::object& fields) {
    if (format == log_format::json) {
        json::object all{{"event", json::string_view{event.data(), event.size()}}};
        all.insert(fields.begin(), fields.end());
        const auto whole = json::serialize(all);
        return whole.substr(1, whole.size() - 2);
    }
    std::string line{event};
    for (const auto& field : fields) {
        line += ' ';
        line += std::string_view{field.key()};
        line += '=';
        append_text(line, field.value());
    }
    return line;
}

} // namespace service
