// What a reload cannot change.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/config.hpp"

#include <string>

namespace wsgate {

/// What a running gateway cannot take over from `next`, as options with blanks between; it is put
/// back there to what it was. Where connections are accepted stays, what their paths mean may
/// change.
[[nodiscard]] std::string keep_what_needs_a_restart(const config& now, config& next);

} // namespace wsgate
