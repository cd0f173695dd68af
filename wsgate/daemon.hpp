// The gateway as a process: opens its log, obeys signals, reports to a service manager.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/early_exit.hpp"
#include "service/handover/image.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/predecessor.hpp"

#include <functional>
#include <variant>

namespace wsgate {

/// Reports whether the configuration can be used, without listening. Returns the exit code.
[[nodiscard]] int check(const config&);

/// Reads the command line and its file of options once more.
using reread = std::function<std::variant<config, service::early_exit>()>;

/// Runs until a signal ends it; returns the exit code. HUP reads the configuration again where it
/// is in a file. USR2: a process of this image takes over.
[[nodiscard]] int run_daemon(config, const reread&, const service::image_to_start&, succession);

} // namespace wsgate
