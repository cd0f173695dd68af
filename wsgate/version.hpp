// The version this gateway says it is.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

inline constexpr auto version = WSGATE_VERSION;

} // namespace wsgate
