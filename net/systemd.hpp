// What a service manager wants to know of us.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace net {

/// Tells the manager (sd_notify(3)), e.g. "READY=1"; without one nothing happens.
void notify_manager(std::string_view state);

} // namespace net
