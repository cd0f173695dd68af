// Options that are times.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <string>

namespace service {

constexpr double shortest_time = 0.001; ///< seconds, where never is no choice
constexpr double a_day = 86400;         ///< seconds
constexpr double a_year = 366 * a_day;

struct seconds_range {
    double least;
    double most;
};

/// In seconds, with or without a fraction; kept to the millisecond. `value` may be an optional.
template <class Value>
CLI::Option* add_seconds(CLI::App& app, const char* name, Value& value, seconds_range within,
                         const char* what) {
    const auto take = [&value](double seconds) {
        constexpr double thousand = 1000;
        value = std::chrono::milliseconds(std::llround(seconds * thousand));
    };
    const auto check = [within](const std::string& word) {
        double seconds = 0;
        const bool is_good = CLI::detail::lexical_cast(word, seconds) && seconds >= within.least &&
                             seconds <= within.most;
        return is_good ? std::string{}
                       : fmt::format("{} is not a number of seconds from {} to {}", word,
                                     within.least, within.most);
    };
    return app.add_option_function<double>(name, take, what)->type_name("SECONDS")->check(check);
}

} // namespace service
