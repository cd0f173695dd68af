// Options that are times.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>

namespace net {

constexpr double shortest_time = 0.001; ///< seconds, where never is no choice
constexpr double a_day = 86400;         ///< seconds
constexpr double a_year = 366 * a_day;

/// In seconds, with or without a fraction; kept to the millisecond. `value` may be an optional.
template <class Value>
CLI::Option* add_seconds(CLI::App& app, const char* name, Value& value, const CLI::Range& within,
                         const char* what) {
    const auto take = [&value](double seconds) {
        constexpr double thousand = 1000;
        value = std::chrono::milliseconds(std::llround(seconds * thousand));
    };
    return app.add_option_function<double>(name, take, what)->type_name("SECONDS")->check(within);
}

} // namespace net
