// Sends lines to a syslog daemon, by its local socket or by UDP (RFC 3164).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <string>
#include <string_view>

namespace service {

enum class syslog_severity { error = 3, warning = 4, info = 6, debug = 7 };

enum class syslog_outcome {
    taken,
    full,   ///< the daemon takes nothing now
    failed, ///< there is no daemon, or none that can be reached
};

/// To be used by one thread at a time. Never waits for the daemon.
class syslog_writer {
public:
    /// `destination`: the path of a socket, such as /dev/log, or HOST:PORT. `tag`: our name. Throws
    /// std::runtime_error where it cannot be reached.
    syslog_writer(std::string destination, std::string tag);

    syslog_outcome write(syslog_severity, std::string_view line);

    /// For a wait until there is room.
    [[nodiscard]] int native_handle() const { return socket_.get(); }

private:
    void open_local();
    void open_udp();
    [[nodiscard]] syslog_outcome send(std::string_view text) const;

    [[nodiscard]] bool is_local() const { return destination_.starts_with('/'); }

    std::string destination_;
    std::string tag_;
    std::string host_; ///< our host's name, which is sent over UDP only
    net::unique_fd socket_;
};

} // namespace service
