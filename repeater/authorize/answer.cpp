// Reads the members that there may be, and refuses all others.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/authorize/answer.hpp"

#include "net/text/escape.hpp"
#include "repeater/policy/policy_rule.hpp"

#include <boost/json/parse.hpp>

#include <optional>
#include <utility>

namespace repeater {

namespace {

constexpr std::size_t longest_member = 200;

/// What a member says, as text; nothing where it is none, or too long.
std::optional<std::string> text_in(const boost::json::value& v) {
    const auto* const text = v.if_string();
    return text != nullptr && text->size() <= longest_member ? std::optional{std::string{*text}}
                                                             : std::nullopt;
}

no_answer not_understood(std::string_view what) {
    return {"the answer is not understood: " + std::string{what}};
}

answer allowed(const boost::json::object& all) {
    authorized a;
    for (const auto& [name, value] : all) {
        const auto text = text_in(value);
        if (name == "policy" && text) {
            auto rule = parse_policy("* " + *text);
            if (!rule) {
                return not_understood("policy: " + rule.error());
            }
            a.granted = {std::move(rule->policy), rule->limits};
        } else if (name == "key" && text) {
            a.key = *text;
        } else if (name != "allow") {
            return not_understood("member " +
                                  net::escaped({name.data(), name.size()}, longest_member));
        }
    }
    return a;
}

} // namespace

answer parse_answer(std::string_view json) {
    boost::system::error_code ec;
    const auto value = boost::json::parse({json.data(), json.size()}, ec);
    const auto* const all = ec ? nullptr : value.if_object();
    const auto* const allow = all == nullptr ? nullptr : all->if_contains("allow");
    const auto* const may = allow == nullptr ? nullptr : allow->if_bool();
    if (may == nullptr) {
        return not_understood("it is no JSON object with a member allow that is true or false");
    }
    if (*may) {
        return allowed(*all);
    }
    const auto* const reason = all->if_contains("reason");
    return unauthorized{reason == nullptr ? "" : text_in(*reason).value_or("")};
}

} // namespace repeater
