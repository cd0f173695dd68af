// connect(2) on a Unix socket waits for nothing but room in the queue.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/dial_unix.hpp"

#include "net/deadline.hpp"
#include "net/proxy/on_connection.hpp"
#include "net/tcp_stream.hpp"
#include "net/unique_fd.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/un.h>

namespace wsgate {

namespace {

constexpr std::chrono::milliseconds pause{20};

net::error_code try_connect(int fd, const sockaddr_un& to) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what connect(2) takes
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
        return {};
    }
    return {errno, boost::system::system_category()};
}

} // namespace

asio::awaitable<dialled> dial_unix(std::string path, std::chrono::milliseconds limit,
                                   std::vector<std::byte> greeting) {
    const auto executor = co_await asio::this_coro::executor;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path) {
        co_return dialled{nullptr, asio::error::invalid_argument};
    }
    std::copy(path.begin(), path.end(), &to.sun_path[0]);
    const auto deadline = net::clock::now() + limit;
    net::connection c;
    c.socket = net::unique_fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    auto ec = c.socket ? try_connect(c.socket.get(), to)
                       : net::error_code{errno, boost::system::system_category()};
    while (ec == asio::error::would_block && net::clock::now() < deadline) {
        co_await net::expire_after(pause);
        ec = try_connect(c.socket.get(), to);
    }
    if (!ec && !greeting.empty()) {
        ec = net::send_proxy_header(c, greeting);
    }
    if (ec) {
        co_return dialled{nullptr, ec};
    }
    // From here on it reads, writes and waits as any stream socket.
    co_return dialled{std::make_unique<net::tcp_stream>(executor, c), {}};
}

} // namespace wsgate
