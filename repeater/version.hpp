// The version this repeater says it is.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace repeater {

inline constexpr auto version = VNC_REPEATER_VERSION;

} // namespace repeater
