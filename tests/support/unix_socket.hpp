// Unix sockets for tests.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unix_address.hpp"

#include <cerrno>
#include <string>
#include <sys/socket.h>
#include <system_error>

namespace support {

[[nodiscard]] inline net::unique_fd connect_unix(const std::string& path) {
    const auto to = net::unix_address_of(path).value();
    net::unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (::connect(fd.get(), to.data(), net::size_of(to)) != 0) {
        throw std::system_error(errno, std::system_category(), "connect");
    }
    return fd;
}

/// Bound, and listening where there is a backlog.
[[nodiscard]] inline net::unique_fd bind_unix(const std::string& path, int backlog = 16,
                                              int type = SOCK_STREAM) {
    const auto at = net::unix_address_of(path).value();
    net::unique_fd fd{::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)};
    if (::bind(fd.get(), at.data(), net::size_of(at)) != 0 ||
        (backlog > 0 && ::listen(fd.get(), backlog) != 0)) {
        throw std::system_error(errno, std::system_category(), "bind");
    }
    return fd;
}

} // namespace support
