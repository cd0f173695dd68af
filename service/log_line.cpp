// Writes the fields of an event, which are a JSON object in either format.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log_line.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace service {

namespace {

namespace json = boost::json;

void append_word(std::string& line, std::string_view text) {
    const bool quoted = text.empty() || text.find(' ') != std::string_view::npos;
    const std::string_view quote = quoted ? "\"" : "";
    line.append(quote).append(text).append(quote);
}

void append_text(std::string& line, const json::value& v) {
    if (const auto* text = v.if_string()) {
        append_word(line, *text);
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

event_line::event_line(log_format format, std::string_view event) : format_(format), event_(event) {
    constexpr std::size_t usual = 300;
    if (format == log_format::text) {
        text_.reserve(usual);
        text_ = event;
    }
}

event_line& event_line::word(std::string_view key, std::string_view value) {
    if (format_ == log_format::json) {
        fields_[key] = value;
    } else {
        begin_field(key);
        append_word(text_, value);
    }
    return *this;
}

event_line& event_line::number(std::string_view key, std::uint64_t value) {
    if (format_ == log_format::json) {
        fields_[key] = value;
    } else {
        begin_field(key);
        text_ += std::to_string(value);
    }
    return *this;
}

event_line& event_line::seconds(std::string_view key, std::chrono::milliseconds value) {
    if (format_ == log_format::json) {
        fields_[key] = static_cast<double>(value.count()) / 1000.0;
    } else {
        begin_field(key);
        fmt::format_to(std::back_inserter(text_), "{}.{:03}", value.count() / 1000,
                       value.count() % 1000);
    }
    return *this;
}

std::string event_line::take() {
    return format_ == log_format::json ? log_line(format_, event_, fields_) : std::move(text_);
}

void event_line::begin_field(std::string_view key) {
    text_.append(" ").append(key).append("=");
}

} // namespace service
