// What holds for a session from its start.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/limits/session_limits.hpp"
#include "rfb/policy/session_policy.hpp"

#include <string>

namespace repeater {

struct session_terms {
    std::string policy_name; ///< the pattern of the policy that holds; empty: none does
    rfb::session_policy policy{};
    session_limits limits{};
    bool has_insight = false; ///< what both sides say is read as long as it is understood, also
                              ///< without a policy that needs it
};

} // namespace repeater
