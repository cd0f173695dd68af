// The admin listener: answers /metrics, /healthz and /readyz for a few known clients.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/task_group.hpp"
#include "wsgate/ops/admin_options.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"

#include <functional>
#include <vector>

namespace wsgate {

/// Lives on one event loop. Answers until the gateway has ended, so that /readyz can say that it is
/// stopping.
class admin {
public:
    using on_error = net::listener::on_error;

    /// Binds the address. `metrics` and `readiness` outlive this. Throws std::system_error that
    /// names the address.
    admin(const asio::any_io_executor&, const admin_options&, const net::tcp_options&,
          const metrics&, readiness&, net::task_group::escape);
    admin(const admin&) = delete;
    admin& operator=(const admin&) = delete;
    ~admin() = default;

    void start(const on_error&);

    /// Where tcp_options::listens_later said so. Throws std::system_error.
    void listen_now() {
        for (auto& each : listeners_) {
            each.listen();
        }
    }

    /// Closes the listeners and all connections; completes when none is left.
    [[nodiscard]] asio::awaitable<void> stop();

    /// One, or one for IPv4 and one for IPv6.
    [[nodiscard]] const std::vector<net::listener>& listeners() const { return listeners_; }

private:
    void accept(net::connection);
    [[nodiscard]] asio::awaitable<void> serve(net::connection);

    asio::any_io_executor executor_;
    admin_options options_;
    const metrics& metrics_;
    readiness& ready_;
    std::vector<net::listener> listeners_;
    net::task_group accepting_;
    net::task_group clients_;
};

} // namespace wsgate
