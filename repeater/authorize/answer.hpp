// What an authorising program or service answers.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/policy/grant.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace repeater {

/// The peer may go on.
struct authorized {
    grant granted{};
    std::string key{}; ///< under which it meets its partner; empty: under its ID
};

struct unauthorized {
    std::string reason; ///< for the viewer to read, and for the log; escape it there
};

/// Nobody has answered, or nothing that is understood.
struct no_answer {
    std::string why;
};

using answer = std::variant<authorized, unauthorized, no_answer>;

/// Reads {"allow": true, "policy": "view-only clipboard=none", "key": "..."} or
/// {"allow": false, "reason": "..."}. What it does not know it does not admit: another member, or
/// a policy with a mistake, is no answer. `policy` has the keys of parse_policy(), without a
/// pattern.
[[nodiscard]] answer parse_answer(std::string_view json);

} // namespace repeater
