// The process around the gateway: log, signals, service manager.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/config.hpp"

namespace wsgate {

/// Says whether what is configured could be used, without listening; the exit code.
[[nodiscard]] int check(const config&);

/// Until a signal ends it; the exit code.
[[nodiscard]] int run_daemon(const config&);

} // namespace wsgate
