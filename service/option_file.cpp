// Makes a word `--name=value` of each setting.
// SPDX-License-Identifier: EUPL-1.2
#include "service/option_file.hpp"

#include "service/read_file.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <variant>

namespace service {

namespace {

constexpr std::size_t largest_file = std::size_t{1024} * 1024;

/// Writes a list as the command line has it: "a, b" and "a b" become "a,b".
std::string with_commas(const std::string& value) {
    std::vector<std::string> parts;
    boost::algorithm::split(parts, value, boost::algorithm::is_any_of(", \t"),
                            boost::algorithm::token_compress_on);
    return boost::algorithm::join(parts, ",");
}

std::string word_of(const setting& s, const option& o) {
    if (s.value.empty()) {
        return "--" + s.name;
    }
    return fmt::format("--{}={}", s.name, o.splits_at_commas() ? with_commas(s.value) : s.value);
}

} // namespace

option_file::option_file(std::string path) : path_(std::move(path)) {
    const auto text = read_file(path_, largest_file, pipes::ours);
    if (!text) {
        throw unusable_file(fmt::format("--config: cannot read {}: {}", path_, last_error_text()));
    }
    auto parsed = parse_settings(*text);
    if (const auto* bad = std::get_if<bad_setting>(&parsed)) {
        throw unusable_file(fmt::format("{}:{}: {}", path_, bad->line, bad->why));
    }
    settings_ = std::get<std::vector<setting>>(std::move(parsed));
}

void option_file::refuse(const setting& s, const std::string& why) const {
    throw unusable_file(fmt::format("{}:{}: {}", path_, s.line, why));
}

void option_file::refuse_surplus(const setting& s, const option& o) const {
    const auto values = std::count_if(settings_.begin(), settings_.end(),
                                      [&s](const setting& each) { return each.name == s.name; });
    if (values > 1 && o.takes_value() && !o.takes_many()) {
        refuse(s, fmt::format("{} takes one value, not {}", s.name, values));
    }
}

std::vector<std::string>
option_file::words(const option_list& said,
                   const std::function<void(const std::string&)>& try_alone) const {
    std::vector<std::string> all;
    for (const auto& each : settings_) {
        const auto* const option = said.find_for_file(each.name);
        if (option == nullptr) {
            refuse(each, "no such option: " + each.name);
        }
        if (each.has_nothing && said.takes_nothing_as_not_set()) {
            continue;
        }
        if (each.has_nothing) {
            refuse(each, "a value is missing behind the =");
        }
        refuse_surplus(each, *option);
        auto word = word_of(each, *option);
        try {
            try_alone(word);
        } catch (const bad_option& e) {
            refuse(each, e.what());
        }
        if (!said.is_said(*option)) {
            all.push_back(std::move(word));
        }
    }
    return all;
}

void option_file::blame_line(const bad_option& e, const option_list& said) const {
    const std::string_view what = e.what();
    const setting* found = nullptr;
    for (const auto& each : settings_) {
        if (said.is_said(*said.find_for_file(each.name)) ||
            !what.starts_with(fmt::format("--{}: ", each.name))) {
            continue;
        }
        found = &each;
        if (what.find(each.value) != std::string_view::npos) {
            break; // the complaint names this value of the option
        }
    }
    if (found != nullptr) {
        refuse(*found, e.what());
    }
}

void option_file::blame(const bad_option& e) const {
    throw unusable_file(fmt::format("{}: {}", path_, e.what()));
}

} // namespace service
