// Talks to a service manager: takes its sockets, reports readiness, answers its watchdog.
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
    std::string name; ///< empty: no name

    friend bool operator==(const inherited_socket&, const inherited_socket&) = default;
};

/// Reads the values of LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, which are null where they are not
/// set. Empty where they are meant for another process or cannot be read.
[[nodiscard]] std::vector<inherited_socket> read_inherited(const char* pid, const char* count,
                                                           const char* names, long self);

/// Takes the sockets that were passed to this process; its children do not inherit them. A second
/// call returns none. To be called before there are threads.
[[nodiscard]] std::vector<inherited_socket> take_inherited_sockets();

/// Sends the manager a state such as "READY=1" (sd_notify(3)); does nothing where there is no
/// manager.
void notify_manager(std::string_view state);

/// Reads the values of WATCHDOG_USEC and WATCHDOG_PID, which are null where they are not set.
/// Returns how often to send "WATCHDOG=1": twice as often as the manager demands. Nothing where it
/// does not demand it of this process.
[[nodiscard]] std::optional<std::chrono::microseconds> read_watchdog(const char* limit,
                                                                     const char* pid, long self);

/// The interval for this process, from its environment.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

/// The same for a process whose parent is the one that the manager knows.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval_of_parent();

} // namespace service
