// The process around the server: log, pid file, signals, reload.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/message_socket.hpp"
#include "repeater/options/config.hpp"
#include "service/early_exit.hpp"
#include "service/handover/image.hpp"

#include <functional>
#include <variant>

namespace repeater {

/// Makes the configuration anew from what it was made from.
using reread = std::function<std::variant<config, service::early_exit>()>;

/// The processes that this one is related to, by the sockets that lead to them; each may be none.
struct relatives {
    net::message_socket keeper;      ///< holds what must outlive us
    net::message_socket predecessor; ///< we are to take over from it
};

/// Serves until told to end; the exit code. TERM: no newcomers, live pairs end by themselves.
/// Again, or INT: stop now. HUP: configuration and log file anew. USR1: the log tells who is there.
/// USR2: a process of this image takes over.
/// Prints one line to standard error where it cannot serve.
[[nodiscard]] int run_daemon(config, const reread&, const service::image_to_start&, relatives);

} // namespace repeater
