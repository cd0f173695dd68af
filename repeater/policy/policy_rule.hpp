// One policy as an owner writes it: for which sessions it holds, and what it says.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/limits/session_limits.hpp"
#include "rfb/policy/session_policy.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace repeater {

/// What it says of limits takes the place of the options'.
struct limits_of_policy {
    std::optional<std::chrono::milliseconds> longest{};
    std::optional<std::chrono::milliseconds> idle{};
    std::optional<std::uint64_t> bandwidth{};

    friend bool operator==(const limits_of_policy&, const limits_of_policy&) = default;
};

struct policy_rule {
    std::string pattern; ///< of IDs, or of HOST:PORT in Mode I
    rfb::session_policy policy{};
    limits_of_policy limits{};

    friend bool operator==(const policy_rule&, const policy_rule&) = default;
};

using parsed_policy = boost::system::result<policy_rule, std::string>;

/// Reads "PATTERN KEY[=VALUE] ..."; a mistake is told as a sentence for whoever wrote it. Keys:
/// view-only, clipboard, files, chat, changeable, require-security, deny-security, session-max,
/// session-idle, session-bandwidth (ultravnc_repeater(8), POLICIES).
[[nodiscard]] parsed_policy parse_policy(std::string_view);

} // namespace repeater
