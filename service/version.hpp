// The version that both daemons say they are.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace service {

inline constexpr auto version = VNC_VERSION;

} // namespace service
