// What a peer was allowed when it was asked about.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/policy/policy_rule.hpp"
#include "repeater/policy/session_terms.hpp"

namespace repeater {

struct grant {
    rfb::session_policy policy{};
    limits_of_policy limits{};

    /// Whether it says anything.
    [[nodiscard]] bool holds() const { return policy.holds() || limits != limits_of_policy{}; }

    friend bool operator==(const grant&, const grant&) = default;
};

/// Allows what both allow.
void narrow(session_terms&, const grant&);

} // namespace repeater
