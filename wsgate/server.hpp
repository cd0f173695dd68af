// The gateway: listeners, workers, and every connection on them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/socket_file.hpp"
#include "net/task_group.hpp"
#include "net/wake_up.hpp"
#include "service/admin/admin.hpp"
#include "wsgate/attendance.hpp"
#include "wsgate/handover/inheritance.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/seldom.hpp"
#include "wsgate/session_aside.hpp"
#include "wsgate/terms_keeper.hpp"
#include "wsgate/worker.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgate {

/// Lives on the thread of `executor`; connections are accepted and carried by the workers. `config`
/// and `journal` outlive the server.
class server {
public:
    /// Binds the listeners. Throws std::runtime_error where a file cannot be used (a certificate,
    /// the web directory, an inherited descriptor), std::system_error that names the address where
    /// one cannot be listened on.
    /// What is inherited is taken from another process.
    server(asio::any_io_executor, const config&, journal&, inheritance from = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() = default;

    /// Where tcp_options::listens_later said so: listens now. Throws std::system_error.
    void listen_now();

    /// Starts the workers' threads, and accepts.
    void start();

    /// Does so where that is still to be done, and serves until stop(); completes when every
    /// session has ended.
    [[nodiscard]] asio::awaitable<void> run();

    /// Reads the files of passwords, tokens, certificates and keys again, for connections that come
    /// from now on. Where one cannot be used, all stays as it was.
    void reload();

    /// Takes over another configuration, and reads all files as above. What needs a restart, such
    /// as where it listens, stays as it was, and the journal says so.
    void reload(config);

    /// Accepts nobody any more and closes sessions with 1001; after limits::stop it cuts them off.
    void stop();

    /// The event loops of the workers.
    [[nodiscard]] std::vector<asio::any_io_executor> loops() const;

    /// Has the journal log the open sessions; where there are very many, only some of them.
    void show_sessions();

    /// Cuts off every session at once.
    void stop_now();

    [[nodiscard]] bool is_stopping() const { return stopping_; }

    // --- for another process that takes over

    struct listening {
        moved_listener what;
        int socket = -1;
    };

    /// With those of the admin listener.
    [[nodiscard]] std::vector<listening> all_listeners() const;

    /// Completes when nobody accepts any more; the listeners stay.
    [[nodiscard]] asio::awaitable<void> stop_accepting();
    void accept_again();

    /// Another process has the listeners: ours are closed, and sessions go on.
    [[nodiscard]] asio::awaitable<void> leave();

    /// Takes up to so many sessions that can go on elsewhere out of one worker's hands; none where
    /// there are none.
    [[nodiscard]] asio::awaitable<std::vector<std::unique_ptr<session_aside>>>
    set_aside(std::size_t at_most);

    /// Goes on with a session that was set aside.
    void go_on(std::unique_ptr<session_aside>);

    /// Goes on with a session of another process: its client's socket, and its target's where that
    /// is dialled.
    void receive(moved_session, std::vector<net::unique_fd> sockets);

    [[nodiscard]] ticket_ring& tickets() { return terms_.tickets(); }

    /// Connections now, and ever.
    [[nodiscard]] std::size_t present() const { return attendance_.present(); }

    [[nodiscard]] std::uint64_t accepted() const { return attendance_.accepted(); }

    /// How long sessions that cannot move are carried to their end; 0: as long as they like.
    [[nodiscard]] std::chrono::milliseconds longest_after_upgrade() const {
        return terms_.current()->conf.limits.upgrade;
    }

    /// What has been counted since the start.
    [[nodiscard]] metrics& numbers() { return metrics_; }

    [[nodiscard]] const metrics& numbers() const { return metrics_; }

    /// The admin listener; nothing where none is configured.
    [[nodiscard]] const std::optional<service::admin>& admin_listener() const { return admin_; }

    [[nodiscard]] const std::vector<net::listener>& listeners() const { return listeners_; }

private:
    [[nodiscard]] std::vector<net::listener> listen_at(const listen_address&,
                                                       service::inherited_listeners&);
    void listen(service::inherited_listeners&);
    void start_workers();
    void start_accepting();
    [[nodiscard]] asio::awaitable<void> close_listeners();
    [[nodiscard]] service::admin_pages pages();
    [[nodiscard]] asio::awaitable<std::optional<std::string>> metrics_page();
    [[nodiscard]] asio::awaitable<service::admin_state> tell_ready();
    [[nodiscard]] attendance::news wanted_news();
    void session_over();
    void tell_accept_failed(const net::error_code&);
    void crowd_gone();
    [[nodiscard]] asio::awaitable<void> give_back_memory();
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
    std::optional<service::admin> admin_;
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
