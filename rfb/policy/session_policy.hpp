// All that a policy says of a session.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/policy/security_rules.hpp"
#include "rfb/policy/viewer_policy.hpp"

namespace rfb {

struct session_policy {
    viewer_policy viewer{};
    security_rules security{};
    /// The viewer's messages are read, so that what it may do can change while the session lives.
    bool is_changeable = false;

    /// Whether a session that cannot be read must end.
    [[nodiscard]] bool must_be_read() const { return is_changeable || viewer != viewer_policy{}; }

    [[nodiscard]] bool holds() const { return must_be_read() || security.holds(); }

    friend bool operator==(const session_policy&, const session_policy&) = default;
};

} // namespace rfb
