// The servers' ends of the sessions that a set-up loop makes.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/set_up_loop.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <system_error>

namespace bench {

const unique_fd* accepted_servers::accept() {
    unique_fd server(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!server) {
        if (errno == EAGAIN || errno == ECONNABORTED) {
            return nullptr;
        }
        throw std::system_error(errno, std::generic_category(), "accept");
    }
    send_all(server, first_byte);
    const auto fd = static_cast<std::size_t>(server.get());
    if (servers_.size() <= fd) {
        servers_.resize(fd + 1);
    }
    servers_[fd] = std::move(server);
    return &servers_[fd];
}

} // namespace bench
