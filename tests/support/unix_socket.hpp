// Unix sockets for tests.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <cerrno>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

namespace support {

[[nodiscard]] inline sockaddr_un unix_address(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    if (path.size() >= sizeof at.sun_path) {
        throw std::system_error(ENAMETOOLONG, std::system_category(), path);
    }
    path.copy(&at.sun_path[0], path.size());
    return at;
}

[[nodiscard]] inline net::unique_fd connect_unix(const std::string& path) {
    const auto to = unix_address(path);
    net::unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        throw std::system_error(errno, std::system_category(), "connect");
    }
    return fd;
}

/// Bound, and listening where there is a backlog.
[[nodiscard]] inline net::unique_fd bind_unix(const std::string& path, int backlog = 16) {
    const auto at = unix_address(path);
    net::unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        (backlog > 0 && ::listen(fd.get(), backlog) != 0)) {
        throw std::system_error(errno, std::system_category(), "bind");
    }
    return fd;
}

} // namespace support
