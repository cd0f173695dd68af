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

    /// Binds the listener. `metrics` and `readiness` outlive this. Throws std::system_error that
    /// names the address.
    admin(const asio::any_io_executor&, const admin_options&, const net::tcp_options&,
          const metrics&, readiness&, net::task_group::escape);
    admin(const admin&) = delete;
    admin& operator=(const admin&) = delete;
    ~admin() = default;

    void start(on_error);

    /// Closes the listener and all connections; completes when none is left.
    [[nodiscard]] asio::awaitable<void> stop();

    [[nodiscard]] const asio::ip::tcp::endpoint& local() const { return listener_.local(); }

private:
    void accept(net::connection);
    [[nodiscard]] asio::awaitable<void> serve(net::connection);

    asio::any_io_executor executor_;
    admin_options options_;
    const metrics& metrics_;
    readiness& ready_;
    net::listener listener_;
    net::task_group accepting_;
    net::task_group clients_;
};

} // namespace wsgate
