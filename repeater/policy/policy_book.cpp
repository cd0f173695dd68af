// Looks for the first rule that fits.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/policy/policy_book.hpp"

#include "repeater/policy/grant.hpp"
#include "repeater/policy/text_pattern.hpp"

#include <algorithm>
#include <type_traits>

namespace repeater {

session_terms terms_of(std::string_view session, const std::vector<policy_rule>& in_order,
                       const session_terms& otherwise) {
    const auto found =
        std::find_if(in_order.begin(), in_order.end(),
                     [session](const policy_rule& each) { return fits(each.pattern, session); });
    auto terms = otherwise;
    if (found == in_order.end()) {
        return terms;
    }
    terms.policy_name = found->pattern;
    terms.policy = found->policy;
    auto& limits = terms.limits;
    limits.longest = found->limits.longest.value_or(limits.longest);
    limits.idle = found->limits.idle.value_or(limits.idle);
    limits.bandwidth = found->limits.bandwidth.value_or(limits.bandwidth);
    return terms;
}

void narrow(session_terms& terms, const grant& g) {
    auto& policy = terms.policy;
    policy.viewer = policy.viewer.both(g.policy.viewer);
    policy.security = both(policy.security, g.policy.security);
    policy.is_changeable = policy.is_changeable || g.policy.is_changeable;
    // 0 is no limit at all.
    const auto shorten = [](auto& now, const auto& other) {
        if (other && *other != std::decay_t<decltype(*other)>{}) {
            now = now == std::decay_t<decltype(now)>{} ? *other : std::min(now, *other);
        }
    };
    shorten(terms.limits.longest, g.limits.longest);
    shorten(terms.limits.idle, g.limits.idle);
    shorten(terms.limits.bandwidth, g.limits.bandwidth);
}

} // namespace repeater
