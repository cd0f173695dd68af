// Options that are one word of a few.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace service {

/// By their words, in small letters.
template <class Value>
using choices = std::map<std::string, Value>;

/// One of `all`, in letters of any case. `shown` is what the help and complaints list: a|b|c.
template <class Value>
CLI::Option* add_choice(CLI::App& app, const char* name, Value& value, const choices<Value>& all,
                        const std::string& shown, const char* what) {
    const auto take = [&value, all](const std::string& word) {
        value = all.at(CLI::detail::to_lower(word));
    };
    const auto check = [all, shown](const std::string& word) {
        return all.contains(CLI::detail::to_lower(word)) ? std::string{}
                                                         : word + " is not one of " + shown;
    };
    return app.add_option_function<std::string>(name, take, what)->type_name(shown)->check(check);
}

} // namespace service
