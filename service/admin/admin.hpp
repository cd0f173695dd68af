// The admin listener: answers /metrics, /healthz and /readyz for a few known clients.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/socket_file.hpp"
#include "net/task_group.hpp"
#include "service/admin/admin_options.hpp"
#include "service/admin/admin_pages.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace service {

namespace asio = boost::asio;

/// Where operators connect. To be opened before rights are given up that this may take.
struct admin_listeners {
    std::optional<net::socket_file> file; ///< of a Unix socket
    std::vector<net::listener> all;       ///< one, or one for IPv4 and one for IPv6

    /// Where tcp_options::listens_later said so: listens now. Throws std::system_error.
    void listen();
};

/// Binds the address or path. Precondition: is_on(). Throws std::system_error that names it.
[[nodiscard]] admin_listeners open_admin(const admin_options&, const net::tcp_options&);

/// Lives on one event loop. Answers until the daemon has ended, so that /readyz can say that it is
/// stopping.
class admin {
public:
    using on_error = net::listener::on_error;

    admin(const asio::any_io_executor&, admin_options, admin_listeners, admin_pages,
          net::task_group::escape);
    admin(const admin&) = delete;
    admin& operator=(const admin&) = delete;
    ~admin() = default;

    /// To be called on the event loop.
    void start(const on_error&);

    /// As admin_listeners::listen().
    void listen_now() { listeners_.listen(); }

    /// To be called on the event loop. Closes the listeners and all connections; completes when
    /// none is left.
    [[nodiscard]] asio::awaitable<void> stop();

    [[nodiscard]] const std::vector<net::listener>& listeners() const { return listeners_.all; }

    /// Another process has the listeners as well: the file of a Unix socket stays. To be called
    /// before stop().
    void leave_file() {
        if (listeners_.file) {
            listeners_.file->leave();
        }
    }

private:
    void accept(net::connection);
    [[nodiscard]] asio::awaitable<void> serve(net::connection);

    asio::any_io_executor executor_;
    admin_options options_;
    admin_pages pages_;
    admin_listeners listeners_; ///< until stop()
    net::task_group accepting_;
    net::task_group clients_;
};

} // namespace service
