// Judges an ID by the policy.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/ids/id_rules.hpp"

namespace repeater {

namespace {

using judgement = std::variant<rfb::repeater_id, id_fault>;

judgement judge_signed(const std::vector<std::string>& keys, const rfb::repeater_id& named,
                       std::uint64_t now) {
    const auto checked = check_signed_id(keys, named.text(), now);
    if (const auto* const why = std::get_if<id_fault>(&checked)) {
        return *why;
    }
    return rfb::repeater_id::make(std::get<signed_id>(checked).name).value();
}

} // namespace

judgement judge(const id_rules& rules, const rfb::repeater_id& named, std::uint64_t now) {
    switch (rules.policy) {
    case id_policy::signed_id:
        return judge_signed(rules.keys, named, now);
    case id_policy::list:
        return rules.listed.contains(named) ? judgement{named} : judgement{id_fault::unknown};
    case id_policy::open:
        break;
    }
    return named;
}

} // namespace repeater
