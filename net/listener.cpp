// Binds, accepts in batches, and rests when the kernel has no more descriptors.
// SPDX-License-Identifier: EUPL-1.2
#include "net/listener.hpp"

#include "net/deadline.hpp"
#include "net/text/address_range.hpp"
#include "net/unix_address.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

namespace net {

using asio::ip::tcp;

namespace {

constexpr int backlog = 4096;
constexpr int batch_size = 64; // then other sessions get a turn
constexpr auto pause_after_error = std::chrono::milliseconds(100);
constexpr auto report_interval = std::chrono::seconds(10);

/// Errors that concern the one connection that was being accepted (accept(2)).
bool concerns_one_peer(int error) {
    switch (error) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
        return true;
    default:
        return false;
    }
}

/// Of another family there may be less than a TCP endpoint needs.
bool is_internet(const tcp::endpoint& e) {
    const auto family = e.data()->sa_family;
    return family == AF_INET || family == AF_INET6;
}

/// A socket that was opened for us may take IPv4 as addresses of IPv6.
tcp::endpoint real_peer(tcp::endpoint e, socklen_t size) {
    e.resize(size);
    return {unmapped(e.address()), e.port()};
}

bool is_stream_listener(int fd) {
    int listens = 0;
    int type = 0;
    socklen_t size = sizeof(int);
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0 &&
           ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/// "unix:/PATH"; empty where the socket has no path.
std::string path_of(int fd) {
    unix_address at;
    auto size = static_cast<socklen_t>(at.capacity());
    if (::getsockname(fd, at.data(), &size) != 0 || at.data()->sa_family != AF_UNIX) {
        return {};
    }
    at.resize(std::min<std::size_t>(size, at.capacity()));
    const auto path = at.path();
    return path.empty() || path.front() == '\0' ? std::string{} : "unix:" + path;
}

} // namespace

listener::listener(const asio::any_io_executor& executor, const tcp::endpoint& at,
                   const tcp_options& options)
    : acceptor_(executor) {
    acceptor_.open(at.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    if (at.address().is_v6()) {
        acceptor_.set_option(asio::ip::v6_only(true));
    }
    apply(options, acceptor_.native_handle());
    acceptor_.bind(at);
    listens_ = !options.listens_later;
    if (listens_) {
        acceptor_.listen(backlog);
    }
    acceptor_.native_non_blocking(true);
    local_ = acceptor_.local_endpoint();
    name_ = to_string(local_);
}

listener::listener(const asio::any_io_executor& executor, unique_fd socket, std::string name,
                   const tcp_options& options)
    : acceptor_(executor), name_(std::move(name)) {
    if (!is_stream_listener(socket.get())) {
        throw std::runtime_error(name_ + " is no stream socket that listens");
    }
    tcp::endpoint at;
    auto size = static_cast<socklen_t>(at.capacity());
    if (::getsockname(socket.get(), at.data(), &size) == 0 && is_internet(at)) {
        at.resize(size);
        local_ = at;
        name_ = to_string(at);
        apply(options, socket.get());
    } else if (auto path = path_of(socket.get()); !path.empty()) {
        name_ = std::move(path);
    }
    acceptor_.assign(local_.protocol(), socket.get());
    (void)socket.release();
    acceptor_.native_non_blocking(true);
}

void listener::listen() {
    error_code ec;
    if (!std::exchange(listens_, true)) {
        acceptor_.listen(backlog, ec);
    }
    if (ec) {
        throw cannot_listen(ec, local_);
    }
}

error_code listener::accept_batch(const on_accept& take) {
    for (int i = 0; i < batch_size; ++i) {
        tcp::endpoint peer;
        auto size = static_cast<socklen_t>(peer.capacity());
        const int fd =
            ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            peer = is_internet(peer) ? real_peer(peer, size) : tcp::endpoint{};
            take({unique_fd{fd}, peer, {}});
        } else if (!concerns_one_peer(errno)) {
            return {errno, boost::system::system_category()};
        }
    }
    return {};
}

asio::awaitable<void> listener::run(on_accept take, on_error report) {
    std::optional<clock::time_point> reported;
    for (;;) {
        const auto [closed] = co_await acceptor_.async_wait(tcp::acceptor::wait_read, nothrow);
        if (closed || !acceptor_.is_open()) {
            co_return;
        }
        const auto ec = accept_batch(take);
        if (!ec || ec == asio::error::would_block) {
            continue;
        }
        if (!reported || clock::now() - *reported >= report_interval) {
            reported = clock::now();
            report(ec);
        }
        co_await expire_after(pause_after_error);
        if ((co_await asio::this_coro::cancellation_state).cancelled() !=
                asio::cancellation_type::none ||
            !acceptor_.is_open()) {
            co_return;
        }
    }
}

void listener::close() {
    error_code ignored;
    acceptor_.close(ignored);
}

namespace {

/// Binds the same port everywhere. Without IPv6, [::] is left out where it `may_lack` it: the
/// kernel has no such family, or no interface of it.
std::vector<listener> bind_all(const asio::any_io_executor& executor,
                               const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                               const tcp_options& options, bool may_lack_ipv6) {
    std::vector<listener> all;
    for (const auto& address : addresses) {
        try {
            all.emplace_back(executor, tcp::endpoint{address, port}, options);
        } catch (const boost::system::system_error& e) {
            const bool no_ipv6 = e.code() == asio::error::address_family_not_supported ||
                                 e.code().value() == EADDRNOTAVAIL;
            if (!may_lack_ipv6 || !address.is_v6() || !no_ipv6) {
                throw cannot_listen(e.code(), {address, port});
            }
        }
        if (port == 0) {
            port = all.front().local().port();
        }
    }
    return all;
}

} // namespace

std::vector<listener> listen_on(const asio::any_io_executor& executor,
                                const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                                const tcp_options& options) {
    const bool every = addresses.empty();
    const auto wanted = every ? std::vector<asio::ip::address>{asio::ip::address_v4::any(),
                                                               asio::ip::address_v6::any()}
                              : addresses;
    constexpr int attempts = 10; // a port that is free on one address may be taken on another
    for (int attempt = 1;; ++attempt) {
        try {
            return bind_all(executor, wanted, port, options, every);
        } catch (const cannot_listen& e) {
            if (port != 0 || attempt == attempts || e.code() != std::errc::address_in_use) {
                throw;
            }
        }
    }
}

std::vector<listener> listen_on(const asio::any_io_executor& executor, const listen_at& at,
                                const tcp_options& options) {
    std::vector<asio::ip::address> addresses;
    if (at.address) {
        addresses.push_back(*at.address);
    }
    return listen_on(executor, addresses, at.port, options);
}

} // namespace net
