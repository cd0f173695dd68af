// The servers' ends of the sessions that a set-up loop makes.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/set_up_loop.hpp"

#include "bench/ws_server.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <system_error>

namespace bench {

const unique_fd* accepted_servers::accept() {
    unique_fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
        if (errno == EAGAIN || errno == ECONNABORTED) {
            return nullptr;
        }
        throw std::system_error(errno, std::generic_category(), "accept");
    }
    if (!are_asked_) {
        send_all(socket, first_byte);
    }
    const auto fd = static_cast<std::size_t>(socket.get());
    if (servers_.size() <= fd) {
        servers_.resize(fd + 1);
    }
    servers_[fd] = {.socket = std::move(socket), .has_spoken = !are_asked_};
    return &servers_[fd].socket;
}

void accepted_servers::ready(std::size_t fd) {
    auto& [socket, has_spoken] = servers_.at(fd);
    if (has_spoken) {
        reset(std::move(socket));
    } else if (take_request(socket)) {
        answer_request(socket);
        has_spoken = true;
    }
}

} // namespace bench
