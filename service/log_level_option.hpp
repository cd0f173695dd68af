// --log-level.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/choice_option.hpp"
#include "service/log.hpp"

namespace service {

inline CLI::Option* add_log_level(CLI::App& app, log_level& level, const char* what) {
    const choices<log_level> all{{"debug", log_level::debug},
                                 {"info", log_level::info},
                                 {"warn", log_level::warn},
                                 {"error", log_level::error}};
    return add_choice(app, "--log-level", level, all, "debug|info|warn|error", what);
}

} // namespace service
