// What a service manager gives us and wants to know: sockets, readiness, a sign of life.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// A socket that was opened for us (sd_listen_fds(3)).
struct inherited_socket {
    int fd = -1;
    std::string name; ///< empty: it has none

    friend bool operator==(const inherited_socket&, const inherited_socket&) = default;
};

/// Of LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, null where they are not set. Nothing where they
/// are meant for another process or make no sense.
[[nodiscard]] std::vector<inherited_socket> read_inherited(const char* pid, const char* count,
                                                           const char* names, long self);

/// Those of this process; its children do not get them. Asked again, there are none. Before there
/// are threads.
[[nodiscard]] std::vector<inherited_socket> take_inherited_sockets();

/// Tells the manager (sd_notify(3)), e.g. "READY=1"; without one nothing happens.
void notify_manager(std::string_view state);

/// Of WATCHDOG_USEC and WATCHDOG_PID, null where they are not set: how often to tell it
/// "WATCHDOG=1", twice as often as it must hear it. Nothing: it does not ask this process.
[[nodiscard]] std::optional<std::chrono::microseconds> read_watchdog(const char* limit,
                                                                     const char* pid, long self);

/// What this process is asked for.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace service
