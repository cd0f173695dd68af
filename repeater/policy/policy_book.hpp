// All policies, in the order in which they are tried.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/policy/policy_rule.hpp"
#include "repeater/policy/session_terms.hpp"

#include <string_view>
#include <vector>

namespace repeater {

/// What holds for a session with this ID, or in Mode I with this HOST:PORT: the first rule that
/// fits, over what holds without one.
[[nodiscard]] session_terms terms_of(std::string_view session,
                                     const std::vector<policy_rule>& in_order,
                                     const session_terms& otherwise);

} // namespace repeater
