// TCP with plain sockets.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>

namespace bench {

namespace {

template <class T>
T checked(T result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

// One for the program's life.
in_addr& subjects() {
    static in_addr address{htonl(INADDR_LOOPBACK)};
    return address;
}

sockaddr_in endpoint(in_addr at, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr = at;
    return address;
}

// The socket API's own cast.
sockaddr* generic(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address); // NOLINT(*-reinterpret-cast)
}

void set_option(const unique_fd& socket, int level, int name, int value) {
    checked(::setsockopt(socket.get(), level, name, &value, sizeof value), "setsockopt");
}

void set_limit(const unique_fd& socket, int name, std::chrono::milliseconds limit) {
    const timeval value{.tv_sec = limit.count() / 1000, .tv_usec = limit.count() % 1000 * 1000};
    checked(::setsockopt(socket.get(), SOL_SOCKET, name, &value, sizeof value), "setsockopt");
}

void prepare(const unique_fd& socket) {
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set_limit(socket, SO_RCVTIMEO, io_limit);
    set_limit(socket, SO_SNDTIMEO, io_limit);
}

unique_fd new_socket() {
    return unique_fd{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
}

} // namespace

void subjects_are_at(const std::string& address) {
    if (::inet_pton(AF_INET, address.c_str(), &subjects()) != 1) {
        throw std::invalid_argument("not an IPv4 address: " + address);
    }
}

unique_fd listen_for_subject() {
    const bool is_near = subjects().s_addr == htonl(INADDR_LOOPBACK);
    auto socket = new_socket();
    auto address = endpoint({htonl(is_near ? INADDR_LOOPBACK : INADDR_ANY)}, 0);
    checked(::bind(socket.get(), generic(address), sizeof address), "bind");
    checked(::listen(socket.get(), 4096), "listen");
    return socket;
}

std::uint16_t port_of(const unique_fd& socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    checked(::getsockname(socket.get(), generic(address), &size), "getsockname");
    return ntohs(address.sin_port);
}

std::uint16_t free_port() {
    return port_of(listen_for_subject());
}

unique_fd connect_to(std::uint16_t port, std::chrono::milliseconds limit) {
    auto socket = new_socket();
    prepare(socket);
    if (limit != io_limit) {
        set_limit(socket, SO_SNDTIMEO, limit); // connect(2) heeds it
    }
    auto address = endpoint(subjects(), port);
    checked(::connect(socket.get(), generic(address), sizeof address), "connect");
    if (limit != io_limit) {
        set_limit(socket, SO_SNDTIMEO, io_limit);
    }
    return socket;
}

unique_fd accept_from(const unique_fd& listener, std::chrono::milliseconds limit) {
    pollfd ready{.fd = listener.get(), .events = POLLIN, .revents = 0};
    if (checked(::poll(&ready, 1, static_cast<int>(limit.count())), "poll") == 0) {
        throw std::runtime_error("the subject did not connect in time");
    }
    unique_fd socket{checked(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept")};
    prepare(socket);
    return socket;
}

void send_all(const unique_fd& socket, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto sent =
            checked(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
}

std::size_t receive_some(const unique_fd& socket, std::span<std::byte> into) {
    return static_cast<std::size_t>(
        checked(::recv(socket.get(), into.data(), into.size(), 0), "recv"));
}

void receive_exactly(const unique_fd& socket, std::span<std::byte> into) {
    while (!into.empty()) {
        const auto got = receive_some(socket, into);
        if (got == 0) {
            throw std::runtime_error("the subject closed a connection");
        }
        into = into.subspan(got);
    }
}

void set_receive_limit(const unique_fd& socket, std::chrono::milliseconds limit) {
    set_limit(socket, SO_RCVTIMEO, limit);
}

void make_nonblocking(const unique_fd& socket) {
    const int flags = checked(::fcntl(socket.get(), F_GETFL), "fcntl");
    checked(::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK), "fcntl");
}

void reset(unique_fd socket) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace bench
