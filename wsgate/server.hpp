// The gateway: listeners, workers, and every connection on them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/socket_file.hpp"
#include "net/task_group.hpp"
#include "net/wake_up.hpp"
#include "wsgate/attendance.hpp"
#include "wsgate/ops/admin.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/seldom.hpp"
#include "wsgate/terms_keeper.hpp"
#include "wsgate/worker.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace wsgate {

/// Lives on the thread of `executor`; connections are accepted and carried by the workers. `config`
/// and `journal` outlive the server.
class server {
public:
    /// Binds the listeners. Throws std::runtime_error where a file cannot be used (a certificate,
    /// the web directory, an inherited descriptor), std::system_error that names the address where
    /// one cannot be listened on.
    server(asio::any_io_executor, const config&, journal&);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() = default;

    /// Where tcp_options::listens_later said so: listens now. Throws std::system_error.
    void listen_now();

    /// Accepts and serves until stop(); completes when every session has ended.
    [[nodiscard]] asio::awaitable<void> run();

    /// Reads the files of passwords, tokens, certificates and keys again, for connections that come
    /// from now on. Where one cannot be used, all stays as it was.
    void reload();

    /// Takes over another configuration, and reads all files as above. What needs a restart, such
    /// as where it listens, stays as it was, and the journal says so.
    void reload(config);

    /// Accepts nobody any more and closes sessions with 1001; after limits::stop it cuts them off.
    void stop();

    /// Completes once every worker's event loop has run a task, so never while one of them hangs.
    /// Not to be called after run() has completed.
    [[nodiscard]] asio::awaitable<void> pulse();

    /// Has the journal log the open sessions; where there are very many, only some of them.
    void show_sessions();

    /// Cuts off every session at once.
    void stop_now();

    /// What has been counted since the start.
    [[nodiscard]] const metrics& numbers() const { return metrics_; }

    /// The admin listener; nothing where none is configured.
    [[nodiscard]] const std::optional<admin>& admin_listener() const { return admin_; }

    [[nodiscard]] const std::vector<net::listener>& listeners() const { return listeners_; }

private:
    [[nodiscard]] std::vector<net::listener> listen_at(const listen_address&);
    void listen();
    void start();
    void start_accepting();
    [[nodiscard]] asio::awaitable<void> close_listeners();
    [[nodiscard]] attendance::news wanted_news();
    void session_over();
    void tell_accept_failed(const net::error_code&);
    [[nodiscard]] asio::awaitable<void> end_when_idle();
    [[nodiscard]] asio::awaitable<void> end_in_time();

    asio::any_io_executor executor_;
    const config& config_; ///< as at the start; terms_ has the one of now
    wsgate::journal& journal_;
    metrics metrics_;
    terms_keeper terms_;
    readiness ready_;
    std::vector<net::socket_file> socket_files_; ///< until stop()
    std::vector<net::listener> listeners_;
    std::vector<std::size_t> rules_of_; ///< by listener: its index in terms::listeners
    std::vector<worker::door> doors_;   ///< listeners_, for the workers
    std::optional<admin> admin_;
    net::task_group chores_;
    net::wake_up changed_;
    net::wake_up left_; ///< the last connection has gone
    bool stopping_ = false;
    seldom accept_failures_{std::chrono::seconds{10}}; ///< in the log
    std::size_t open_workers_ = 0;
    attendance attendance_;
    // Last, since the threads must end before what they use is destroyed.
    std::vector<std::unique_ptr<worker>> workers_;
};

} // namespace wsgate
