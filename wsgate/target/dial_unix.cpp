// Tries connect(2) until there is room in the queue of the socket.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/dial_unix.hpp"

#include "net/deadline.hpp"
#include "net/proxy/on_connection.hpp"
#include "net/tcp_stream.hpp"
#include "net/unix_address.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace wsgate {

namespace {

constexpr std::chrono::milliseconds pause{20};

net::error_code try_connect(int fd, const net::unix_address& to) {
    if (::connect(fd, to.data(), net::size_of(to)) == 0) {
        return {};
    }
    return {errno, boost::system::system_category()};
}

} // namespace

asio::awaitable<dialled> dial_unix(std::string path, std::chrono::milliseconds limit,
                                   std::vector<std::byte> proxy_header) {
    const auto executor = co_await asio::this_coro::executor;
    const auto to = net::unix_address_of(path);
    if (!to) {
        co_return dialled{nullptr, asio::error::invalid_argument};
    }
    const auto deadline = net::clock::now() + limit;
    net::connection c;
    c.socket = net::open_unix_socket(SOCK_STREAM);
    auto ec = c.socket ? try_connect(c.socket.get(), *to)
                       : net::error_code{errno, boost::system::system_category()};
    while (ec == asio::error::would_block && net::clock::now() < deadline) {
        co_await net::expire_after(pause);
        ec = try_connect(c.socket.get(), *to);
    }
    if (ec) {
        co_return dialled{nullptr, ec};
    }
    // From here on it is a stream socket like one of TCP.
    auto stream = std::make_unique<net::tcp_stream>(executor, c, net::tcp_stream::peer::is_mute);
    if (!proxy_header.empty()) {
        ec = net::send_proxy_header(*stream, proxy_header);
    }
    co_return ec ? dialled{nullptr, ec} : dialled{std::move(stream), {}};
}

} // namespace wsgate
