// Accepts and makes connections on loopback with plain sockets.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/limit/listener.hpp"

#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace bench::limit {

namespace {

constexpr int backlog = 4096;

sockaddr_in on_loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// The socket API's own cast.
const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address); // NOLINT(*-reinterpret-cast)
}

unique_fd listen_on(std::uint16_t port) {
    unique_fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    constexpr int on = 1;
    const auto address = on_loopback(port);
    if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        ::bind(socket.get(), generic(address), sizeof address) != 0 ||
        ::listen(socket.get(), backlog) != 0) {
        throw std::system_error(errno, std::generic_category(), "listen");
    }
    return socket;
}

} // namespace

listener::listener(event_loop& loop, std::uint16_t port, accepted on_accepted)
    : source(listen_on(port)), loop_(loop), accepted_(std::move(on_accepted)) {
    loop_.add(*this, EPOLLIN);
}

void listener::ready(std::uint32_t events) {
    if (events == 0) {
        loop_.change(*this, EPOLLIN);
        return;
    }
    unique_fd socket{
        ::accept4(this->socket().get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (socket) {
        accepted_(std::move(socket));
    } else if (errno == EMFILE || errno == ENFILE) {
        loop_.change(*this, 0);
        loop_.await_a_descriptor(*this);
    }
}

unique_fd connect_to(std::uint16_t port) {
    unique_fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (socket) {
        constexpr int on = 1;
        const auto address = on_loopback(port);
        (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)::connect(socket.get(), generic(address), sizeof address);
    }
    return socket;
}

std::uint16_t parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
        throw std::invalid_argument("not a port: " + std::string(text));
    }
    return port;
}

} // namespace bench::limit
