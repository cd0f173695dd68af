// Runs all tunnels of the process: accepts local connections, or takes standard input and output.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/task_group.hpp"
#include "net/wake_up.hpp"
#include "wsgate/tunnel/tunnel.hpp"
#include "wsgate/tunnel/tunnel_config.hpp"
#include "wsgate/tunnel/tunnel_journal.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgate {

/// Belongs to one event loop.
class tunnel_server {
public:
    /// Listens. Throws net::cannot_listen, or std::runtime_error where a file cannot be used.
    tunnel_server(asio::any_io_executor, const tunnel_config&, tunnel_journal&);

    /// Completes after stop(), or when the only session has ended (--once, standard input).
    [[nodiscard]] asio::awaitable<void> run();

    /// Closes the listeners, and all sessions with 1001.
    void stop();

    /// Cuts off all sessions at once.
    void stop_now();

    /// Has the journal log every local connection and its session.
    void show_sessions() const;

    /// Whether there has been a session.
    [[nodiscard]] bool has_carried() const { return carried_ > 0; }

    /// The address and port that it is bound to; only where it listens.
    [[nodiscard]] const asio::ip::tcp::endpoint& local() const {
        return listeners_.front().local();
    }

private:
    void accept(net::connection);
    [[nodiscard]] asio::awaitable<void> serve(std::unique_ptr<tunnel>);
    [[nodiscard]] tunnel::surroundings around();
    [[nodiscard]] bool is_done() const;

    asio::any_io_executor executor_;
    const tunnel_config& config_;
    tunnel_journal& journal_;
    tls_client tls_;
    ws_way way_;
    std::vector<std::byte> scratch_;
    std::vector<net::listener> listeners_;
    net::task_group accepting_;
    net::task_group tasks_;
    std::list<tunnel*> tunnels_;
    net::wake_up changed_;
    std::uint64_t accepted_ = 0;
    std::uint64_t carried_ = 0; ///< sessions that have ended
    bool stopping_ = false;
};

} // namespace wsgate
