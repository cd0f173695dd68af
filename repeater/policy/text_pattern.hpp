// Patterns with * and ? for IDs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace repeater {

/// Whether the whole text fits: `*` stands for any bytes, `?` for one. Letters of any case are the
/// same, so that a policy holds for an ID in whatever case it is written.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view text);

} // namespace repeater
