// Looks for the first rule that fits.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/policy/policy_book.hpp"

#include "repeater/policy/text_pattern.hpp"

#include <algorithm>

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
    terms.has_insight = terms.has_insight || found->policy.must_be_read();
    auto& limits = terms.limits;
    limits.longest = found->limits.longest.value_or(limits.longest);
    limits.idle = found->limits.idle.value_or(limits.idle);
    limits.bandwidth = found->limits.bandwidth.value_or(limits.bandwidth);
    return terms;
}

} // namespace repeater
