// The gateway: listeners, workers, and every connection on them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/socket_file.hpp"
#include "net/task_group.hpp"
#include "net/wake_up.hpp"
#include "wsgate/ops/admin.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/terms_keeper.hpp"
#include "wsgate/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace wsgate {

/// Listeners live on the thread of `executor`, each connection on one of the workers. `config` and
/// `journal` outlive the server.
class server {
public:
    /// Binds. Throws std::runtime_error where a file cannot be used (a certificate, the web
    /// directory, an inherited descriptor), std::system_error that names the address where one
    /// cannot be listened on.
    server(asio::any_io_executor, const config&, journal&);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() = default;

    /// Accepts and serves until stop(); completes when every session has ended.
    [[nodiscard]] asio::awaitable<void> run();

    /// Reads the files of passwords, tokens, certificates and keys again, for connections that come
    /// from now on. Where one cannot be used, all stays as it was.
    void reload();

    /// The same, under another configuration. What it cannot take over, where it listens above all,
    /// stays as it was, and the journal says so.
    void reload(config);

    /// No newcomers; sessions are closed with 1001, and cut off after a while.
    void stop();

    /// Completes once every thread that carries sessions has come round, which none does that
    /// hangs. Not after run() has completed.
    [[nodiscard]] asio::awaitable<void> pulse();

    /// Tells the journal who is there, of very many not all.
    void show_sessions();

    /// Cuts every session off.
    void stop_now();

    /// What has been counted since the start.
    [[nodiscard]] const metrics& numbers() const { return metrics_; }

    /// The admin listener; nothing: none.
    [[nodiscard]] const std::optional<admin>& admin_listener() const { return admin_; }

    [[nodiscard]] const std::vector<net::listener>& listeners() const { return listeners_; }

private:
    [[nodiscard]] std::vector<net::listener> listen_at(const listen_address&);
    void listen();
    void start();
    void accept(std::size_t listener, net::connection);
    void close_listeners();
    void left(bool had_session);
    [[nodiscard]] asio::awaitable<void> end_when_idle();
    [[nodiscard]] asio::awaitable<void> end_in_time();

    asio::any_io_executor executor_;
    const config& config_; ///< the one it was started with
    wsgate::journal& journal_;
    metrics metrics_;
    terms_keeper terms_;
    readiness ready_;
    std::vector<net::socket_file> socket_files_; ///< until stop()
    std::vector<std::size_t> rules_of_;          ///< of each listener
    std::vector<net::listener> listeners_;
    std::optional<admin> admin_;
    net::task_group accepting_;
    net::wake_up changed_;
    net::wake_up left_; ///< somebody has
    bool stopping_ = false;
    std::size_t present_ = 0; ///< connections
    net::clock::time_point empty_since_ = net::clock::now();
    std::uint64_t accepted_ = 0;
    std::size_t turn_ = 0;
    std::size_t open_workers_ = 0;
    std::vector<std::unique_ptr<worker>> workers_; // last: their threads end before the rest goes
};

} // namespace wsgate
