// The process around the server: log, pid file, signals, reload.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"
#include "repeater/options/config.hpp"
#include "service/early_exit.hpp"

#include <functional>
#include <variant>

namespace repeater {

/// Makes the configuration anew from what it was made from.
using reread = std::function<std::variant<config, service::early_exit>()>;

/// Serves until told to end; the exit code. TERM: no newcomers, live pairs end by themselves.
/// Again, or INT: stop now. HUP: configuration and log file anew. USR1: the log tells who is there.
/// `serving` is closed once no newcomers are taken. Prints one line to standard error where it
/// cannot serve.
[[nodiscard]] int run_daemon(config, const reread&, net::unique_fd serving = {});

} // namespace repeater
