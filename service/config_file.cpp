// Line by line.
// SPDX-License-Identifier: EUPL-1.2
#include "service/config_file.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_name(std::string_view text) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), is_good);
}

/// Empty where it is good.
std::string read_value(std::string_view text, std::string& value) {
    if (text.empty()) {
        return "a value is missing behind the =";
    }
    if (text.front() == '"') {
        if (text.size() < 3 || text.back() != '"') {
            return "a quote is not closed, or there is nothing in it";
        }
        text = text.substr(1, text.size() - 2);
    }
    if (text.find('\0') != std::string_view::npos) {
        return "a NUL byte";
    }
    value = text;
    return {};
}

} // namespace

std::variant<std::vector<setting>, bad_setting> parse_settings(std::string_view text) {
    std::vector<setting> all;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto line = without_blanks(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const auto equals = line.find('=');
        const auto name = without_blanks(line.substr(0, equals));
        if (!is_name(name)) {
            return bad_setting{number,
                               "neither NAME = VALUE, with an option's long name without its "
                               "dashes, nor a # comment"};
        }
        setting s{std::string{name}, {}, number};
        if (equals != std::string_view::npos) {
            if (auto why = read_value(without_blanks(line.substr(equals + 1)), s.value);
                !why.empty()) {
                return bad_setting{number, std::move(why)};
            }
        }
        all.push_back(std::move(s));
    }
    return all;
}

} // namespace service
