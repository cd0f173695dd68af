// A table of keys, and what each makes of its value.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/policy/policy_rule.hpp"

#include "net/limits/pace.hpp"
#include "net/text/number.hpp"
#include "net/text/split.hpp"
#include "repeater/policy/policy_change.hpp"
#include "rfb/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace repeater {

namespace {

/// Empty where all is well; else what is wrong.
using complaint = std::string;

/// "key=value"; without a value it is empty.
std::pair<std::string_view, std::string_view> at_equals(std::string_view word) {
    const auto equals = word.find('=');
    return {word.substr(0, equals),
            equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1)};
}

std::optional<bool> parse_truth(std::string_view text) {
    constexpr auto words = std::to_array<std::pair<std::string_view, bool>>({{"", true},
                                                                             {"yes", true},
                                                                             {"true", true},
                                                                             {"on", true},
                                                                             {"1", true},
                                                                             {"no", false},
                                                                             {"false", false},
                                                                             {"off", false},
                                                                             {"0", false}});
    const auto* const found =
        std::find_if(words.begin(), words.end(), [text](const auto& w) { return w.first == text; });
    return found == words.end() ? std::nullopt : std::optional{found->second};
}

complaint take_truth(std::string_view text, bool& value) {
    const auto truth = parse_truth(text);
    value = truth.value_or(value);
    return truth ? "" : fmt::format("{} is neither yes nor no", text);
}

complaint take_clipboard(std::string_view text, rfb::viewer_policy& p) {
    constexpr auto words =
        std::to_array<std::string_view>({"none", "to-viewer", "to-server", "both"});
    const auto* const found = std::find(words.begin(), words.end(), text);
    if (found == words.end()) {
        return fmt::format("{} is none of none, to-viewer, to-server, both", text);
    }
    p.clipboard_to_viewer = text == "to-viewer" || text == "both";
    p.clipboard_to_server = text == "to-server" || text == "both";
    return {};
}

complaint take_security(std::string_view text, std::vector<std::uint32_t>& types) {
    const auto names = net::split(text, ",");
    for (const auto name : names) {
        const auto numbers = rfb::parse_security(name);
        if (!numbers) {
            return fmt::format("{} is no security type, as None, VncAuth, X509Plain, or encrypted",
                               name);
        }
        types.insert(types.end(), numbers->begin(), numbers->end());
    }
    return names.empty() ? "a security type is missing" : "";
}

complaint take_seconds(std::string_view text, std::optional<std::chrono::milliseconds>& time) {
    constexpr std::uint32_t most = 10 * 86400;
    const auto seconds = net::parse_number<std::uint32_t>(text);
    if (!seconds || *seconds > most) {
        return fmt::format("{} is no number of seconds up to {}", text, most);
    }
    time = std::chrono::seconds(*seconds);
    return {};
}

complaint take_bytes(std::string_view text, std::optional<std::uint64_t>& bytes) {
    bytes = net::parse_bytes(std::string{text});
    return bytes ? "" : fmt::format("{} is not a number of bytes, as 500K or 2M", text);
}

parsed_policy wrong(std::string why) {
    return {boost::system::in_place_error, std::move(why)};
}

/// Nothing where the key is about something else.
std::optional<complaint> take(rfb::viewer_policy& p, std::string_view key, std::string_view value) {
    if (key == "view-only") {
        return take_truth(value, p.view_only);
    }
    if (key == "clipboard") {
        return take_clipboard(value, p);
    }
    if (key == "files") {
        return take_truth(value, p.files);
    }
    if (key == "chat") {
        return take_truth(value, p.chat);
    }
    return std::nullopt;
}

complaint take(policy_rule& rule, std::string_view key, std::string_view value) {
    if (auto taken = take(rule.policy.viewer, key, value)) {
        return *std::move(taken);
    }
    if (key == "changeable") {
        return take_truth(value, rule.policy.is_changeable);
    }
    if (key == "require-security") {
        return take_security(value, rule.policy.security.required);
    }
    if (key == "deny-security") {
        return take_security(value, rule.policy.security.denied);
    }
    if (key == "session-max") {
        return take_seconds(value, rule.limits.longest);
    }
    if (key == "session-idle") {
        return take_seconds(value, rule.limits.idle);
    }
    if (key == "session-bandwidth") {
        return take_bytes(value, rule.limits.bandwidth);
    }
    return "there is no such key; there are view-only, clipboard, files, chat, changeable, "
           "require-security, deny-security, session-max, session-idle, session-bandwidth";
}

} // namespace

parsed_policy parse_policy(std::string_view text) {
    const auto words = net::split(text, " \t");
    if (words.empty()) {
        return wrong("a pattern of IDs is missing, such as lab-*");
    }
    policy_rule rule{std::string{words.front()}};
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
        const auto [key, value] = at_equals(*word);
        if (const auto why = take(rule, key, value); !why.empty()) {
            return wrong(fmt::format("{}: {}", key, why));
        }
    }
    if (rule.policy.must_be_read() && !rule.policy.security.admits_readable()) {
        return wrong("view-only, clipboard, files, chat and changeable need a session that can be "
                     "read, which the rules for security do not admit");
    }
    return rule;
}

boost::system::result<policy_change, std::string> parse_policy_change(std::string_view text) {
    using bad = boost::system::result<policy_change, std::string>;
    rfb::viewer_policy tried;
    for (const auto word : net::split(text, " \t")) {
        const auto [key, value] = at_equals(word);
        const auto why = take(tried, key, value);
        if (!why) {
            return bad{boost::system::in_place_error,
                       fmt::format("{}: of a live session view-only, clipboard, files and chat can "
                                   "be changed",
                                   key)};
        }
        if (!why->empty()) {
            return bad{boost::system::in_place_error, fmt::format("{}: {}", key, *why)};
        }
    }
    return policy_change{[words = std::string{text}](rfb::viewer_policy p) {
        for (const auto word : net::split(words, " \t")) {
            const auto [key, value] = at_equals(word);
            (void)take(p, key, value);
        }
        return p;
    }};
}

} // namespace repeater
