// The process around the gateway: log, signals, service manager.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/early_exit.hpp"
#include "wsgate/options/config.hpp"

#include <functional>
#include <variant>

namespace wsgate {

/// Says whether what is configured could be used, without listening; the exit code.
[[nodiscard]] int check(const config&);

/// Reads the configuration once more.
using reread = std::function<std::variant<config, service::early_exit>()>;

/// Until a signal ends it; the exit code. HUP reads again where the configuration is in a file.
[[nodiscard]] int run_daemon(const config&, const reread&);

} // namespace wsgate
