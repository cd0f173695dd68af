// What a viewer may do, changed while its session lives.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/policy/viewer_policy.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace repeater {

/// What becomes of what it may do now.
using policy_change = std::function<rfb::viewer_policy(const rfb::viewer_policy&)>;

/// Reads "KEY[=VALUE] ..." with the keys of a policy that can change: view-only, clipboard, files,
/// chat; all others stay as they are. A mistake is told as a sentence.
[[nodiscard]] boost::system::result<policy_change, std::string>
parse_policy_change(std::string_view words);

enum class change_outcome {
    unknown, ///< there is no such session
    fixed,   ///< it is not read, or not in the direction that this would need
    changed,
};

} // namespace repeater
