// Writes HELP and TYPE lines and samples, and escapes texts and label values.
// SPDX-License-Identifier: EUPL-1.2
#include "service/admin/exposition.hpp"

#include <fmt/format.h>
#include <iterator>

namespace service {

namespace {

void append_escaped(std::string& to, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"') {
            to += '\\';
        }
        if (c == '\n') {
            to += "\\n";
        } else {
            to += c;
        }
    }
}

} // namespace

void exposition::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
}

void exposition::sample(std::initializer_list<label> labels, std::uint64_t value,
                        std::string_view suffix) {
    line(labels, fmt::format("{}", value), suffix);
}

void exposition::sample(std::initializer_list<label> labels, std::int64_t value) {
    line(labels, fmt::format("{}", value), {});
}

void exposition::sample(std::initializer_list<label> labels, double value,
                        std::string_view suffix) {
    line(labels, fmt::format("{}", value), suffix); // the shortest text that reads back the same
}

void exposition::line(std::initializer_list<label> labels, std::string_view value,
                      std::string_view suffix) {
    text_ += name_;
    text_ += suffix;
    char before = '{';
    for (const auto& [name, content] : labels) {
        text_ += before;
        text_ += name;
        text_ += "=\"";
        append_escaped(text_, content);
        text_ += '"';
        before = ',';
    }
    if (before == ',') {
        text_ += '}';
    }
    text_ += ' ';
    text_ += value;
    text_ += '\n';
}

} // namespace service
