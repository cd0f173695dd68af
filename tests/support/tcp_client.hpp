// A blocking TCP peer for tests: connects to loopback, and gives up after a while without a byte.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <span>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>
#include <vector>

namespace support {

class tcp_client {
public:
    static constexpr int patience_seconds = 30; ///< of a busy machine; spent by failures only

    explicit tcp_client(net::unique_fd fd) : fd_(std::move(fd)) { configure(); }

    explicit tcp_client(std::uint16_t port, const char* host = "127.0.0.1")
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        ::inet_pton(AF_INET, host, &to.sin_addr);
        configure();
        if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
            throw std::system_error(errno, std::system_category(), "connect");
        }
    }

    void send(std::span<const std::byte> data) {
        while (!data.empty()) {
            const auto n = ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL);
            if (n < 0) {
                throw std::system_error(errno, std::system_category(), "send");
            }
            data = data.subspan(static_cast<std::size_t>(n));
        }
    }

    /// Returns once the other end's kernel has everything that was sent; throws where it does not
    /// take it in time.
    void wait_until_delivered() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(patience_seconds);
        for (int unsent = 1; unsent != 0;) {
            if (::ioctl(fd_.get(), SIOCOUTQ, &unsent) != 0) {
                throw std::system_error(errno, std::system_category(), "SIOCOUTQ");
            }
            if (std::chrono::steady_clock::now() > end) {
                throw std::runtime_error(std::to_string(unsent) + " bytes were not taken");
            }
        }
    }

    [[nodiscard]] std::vector<std::byte> receive(std::size_t size) {
        std::vector<std::byte> all(size);
        std::size_t have = 0;
        while (have < size) {
            const auto n = ::recv(fd_.get(), all.data() + have, size - have, 0);
            if (n <= 0) {
                all.resize(have);
                throw std::runtime_error("connection ended after " + std::to_string(have) + " of " +
                                         std::to_string(size) + " bytes");
            }
            have += static_cast<std::size_t>(n);
        }
        return all;
    }

    /// Everything up to the peer's FIN; throws where there is none in time, or a reset.
    [[nodiscard]] std::vector<std::byte> receive_until_eof() {
        std::vector<std::byte> all;
        std::array<std::byte, 65536> buffer{};
        for (;;) {
            const auto n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
            if (n == 0) {
                return all;
            }
            if (n < 0) {
                throw std::system_error(errno, std::system_category(), "recv");
            }
            all.insert(all.end(), buffer.begin(), buffer.begin() + n);
        }
    }

    /// True once the peer has closed, by FIN or RST, without another byte.
    [[nodiscard]] bool is_closed_by_peer() {
        std::byte one{};
        const auto n = ::recv(fd_.get(), &one, 1, 0);
        return n == 0 || (n < 0 && errno == ECONNRESET);
    }

    /// True where nothing has come and the connection stands, right now.
    [[nodiscard]] bool is_quiet() {
        pollfd p{fd_.get(), POLLIN | POLLRDHUP, 0};
        return ::poll(&p, 1, 0) == 0;
    }

    void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }

    void close() { fd_ = net::unique_fd{}; }

    /// Closes with RST.
    void reset() {
        const linger now{1, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

    [[nodiscard]] int native_handle() const { return fd_.get(); }

private:
    void configure() {
        const timeval patience{patience_seconds, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const int on = 1;
        ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }

    net::unique_fd fd_;
};

/// A listening socket on a free port of one loopback address.
class tcp_listener {
public:
    explicit tcp_listener(const char* host = "127.0.0.1", std::uint16_t port = 0)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        ::inet_pton(AF_INET, host, &at.sin_addr);
        socklen_t size = sizeof at;
        if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
            ::listen(fd_.get(), 16) != 0 ||
            ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0) {
            throw std::system_error(errno, std::system_category(), "listen");
        }
        port_ = ntohs(at.sin_port);
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] int native_handle() const { return fd_.get(); }

    [[nodiscard]] tcp_client accept() {
        pollfd p{fd_.get(), POLLIN, 0};
        if (::poll(&p, 1, tcp_client::patience_seconds * 1000) != 1) {
            throw std::runtime_error("nobody connected");
        }
        return tcp_client{net::unique_fd{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)}};
    }

    /// True where nobody is in the queue, right now.
    [[nodiscard]] bool is_quiet() {
        pollfd p{fd_.get(), POLLIN, 0};
        return ::poll(&p, 1, 0) == 0;
    }

private:
    net::unique_fd fd_;
    std::uint16_t port_ = 0;
};

} // namespace support
