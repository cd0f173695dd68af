// Socket options and the kernel's view of a connection.
// SPDX-License-Identifier: EUPL-1.2
#include "net/connection.hpp"

#include "net/text/host_port.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace net {

namespace {

// Failure only means a socket that finds a dead peer later; it is still usable.
void set(int fd, int level, int name, int value) {
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}

} // namespace

void apply(const tcp_options& options, int fd) {
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (options.most_unsent > 0) {
        set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, options.most_unsent);
    }
    if (options.keepalive_idle.count() > 0) {
        set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
        spread_keepalive(options.keepalive_idle, fd);
        set(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(options.keepalive_interval.count()));
        set(fd, IPPROTO_TCP, TCP_KEEPCNT, static_cast<int>(options.keepalive_probes));
    }
    if (options.user_timeout.count() > 0) {
        set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.user_timeout.count()));
    }
}

void spread_keepalive(std::chrono::seconds idle, int fd) {
    const auto longest = static_cast<int>(idle.count());
    if (longest > 0) {
        set(fd, IPPROTO_TCP, TCP_KEEPIDLE, longest - fd % (longest / 2 + 1));
    }
}

namespace {

/// A Unix socket has no TCP_INFO. Its poll(2) says that the peer has closed, with POLLHUP beside it
/// where that was both directions; a socket without a peer has POLLHUP alone.
tcp_state look_at_unix(int fd) {
    pollfd p{fd, POLLRDHUP, 0};
    if (::poll(&p, 1, 0) <= 0) {
        return tcp_state::established;
    }
    const bool has_closed = (p.revents & (POLLERR | POLLNVAL | POLLRDHUP)) == POLLRDHUP;
    return has_closed ? tcp_state::peer_closed : tcp_state::gone;
}

} // namespace

tcp_state look_at(int fd) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
        return errno == EOPNOTSUPP ? look_at_unix(fd) : tcp_state::gone;
    }
    switch (info.tcpi_state) {
    case TCP_ESTABLISHED:
        return tcp_state::established;
    case TCP_CLOSE_WAIT:
        return tcp_state::peer_closed;
    default:
        return tcp_state::gone;
    }
}

error_code error_of(tcp_state state) {
    switch (state) {
    case tcp_state::established:
        return {};
    case tcp_state::peer_closed:
        return asio::error::eof;
    case tcp_state::gone:
        break;
    }
    return asio::error::connection_reset;
}

std::optional<asio::ip::address> address_of(const asio::ip::tcp::endpoint& peer) {
    return peer == asio::ip::tcp::endpoint{} ? std::nullopt : std::optional{peer.address()};
}

std::optional<asio::ip::tcp::endpoint> local_address(int fd) {
    asio::ip::tcp::endpoint at;
    auto size = static_cast<socklen_t>(at.capacity());
    const bool is_known = ::getsockname(fd, at.data(), &size) == 0;
    const auto family = at.data()->sa_family;
    if (!is_known || (family != AF_INET && family != AF_INET6)) {
        return std::nullopt;
    }
    at.resize(size);
    return at;
}

std::string name_of(const asio::ip::tcp::endpoint& peer) {
    return peer == asio::ip::tcp::endpoint{} ? "unix" : to_string(peer);
}

std::string to_string(const asio::ip::tcp::endpoint& endpoint) {
    return join_host_port(address_text(endpoint.address()), endpoint.port());
}

} // namespace net
