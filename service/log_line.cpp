// Writes the fields of an event, which are a JSON object in either format.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log_line.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <limits>

namespace service {

namespace {

namespace json = boost::json;

bool needs_quotes(std::string_view text) {
    return text.empty() || text.find(' ') != std::string_view::npos;
}

void append_word(std::string& line, std::string_view text) {
    const std::string_view quote = needs_quotes(text) ? "\"" : "";
    line.append(quote).append(text).append(quote);
}

using digits = std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1>;

/// Writes the number into `room`.
std::string_view text_of(std::uint64_t number, digits& room) {
    return {room.data(), std::to_chars(room.data(), room.data() + room.size(), number).ptr};
}

char* copy_to(char* at, std::string_view text) {
    return std::copy(text.begin(), text.end(), at);
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
    if (format == log_format::text) {
        text_.append(event.data(), event.data() + event.size());
    }
}

event_line& event_line::word(std::string_view key, std::string_view value) {
    if (format_ == log_format::json) {
        fields_[key] = value;
    } else {
        const std::string_view quote = needs_quotes(value) ? "\"" : "";
        auto* const at = add_field(key, value.size() + 2 * quote.size());
        copy_to(copy_to(copy_to(at, quote), value), quote);
    }
    return *this;
}

event_line& event_line::number(std::string_view key, std::uint64_t value) {
    if (format_ == log_format::json) {
        fields_[key] = value;
    } else {
        digits room{};
        const auto number = text_of(value, room);
        copy_to(add_field(key, number.size()), number);
    }
    return *this;
}

event_line& event_line::seconds(std::string_view key, std::chrono::milliseconds value) {
    if (format_ == log_format::json) {
        fields_[key] = static_cast<double>(value.count()) / 1000.0;
    } else {
        const auto all = static_cast<std::uint64_t>(value.count());
        digits room{};
        digits room_for_rest{};
        const auto whole = text_of(all / 1000, room);
        // The first digit, where the point goes, keeps the zeros behind it.
        const auto rest = text_of(1000 + all % 1000, room_for_rest);
        auto* const point = copy_to(add_field(key, whole.size() + rest.size()), whole);
        copy_to(point, rest);
        *point = '.';
    }
    return *this;
}

std::string_view event_line::text() {
    if (format_ == log_format::json) {
        whole_ = log_line(format_, event_, fields_);
        return whole_;
    }
    return {text_.data(), text_.size()};
}

/// Returns where its value goes, which has that size.
char* event_line::add_field(std::string_view key, std::size_t size) {
    const auto before = text_.size();
    text_.resize(before + 2 + key.size() + size);
    auto* at = text_.data() + before;
    *at++ = ' ';
    at = copy_to(at, key);
    *at++ = '=';
    return at;
}

} // namespace service
