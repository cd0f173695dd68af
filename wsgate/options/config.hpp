// The configuration of the gateway, as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "service/admin/admin_options.hpp"
#include "service/log.hpp"
#include "service/named_file.hpp"
#include "wsgate/access/access_options.hpp"
#include "wsgate/http/file_answer.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/options/listen_address.hpp"
#include "wsgate/options/process_options.hpp"
#include "wsgate/target/proxy_options.hpp"
#include "wsgate/target/route.hpp"
#include "wsgate/target/target.hpp"
#include "wsgate/tls/options.hpp"
#include "wsgate/ws/bridge.hpp"
#include "wsgate/ws/session_options.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace wsgate {

struct limits {
    std::chrono::milliseconds handshake{
        10'000}; ///< from accept, or a later request's first byte, to the whole head
    /// For the first byte of each later request. Balancers keep an idle connection for 60 s and
    /// send their next request by it, so this is longer.
    std::chrono::milliseconds keep_alive{75'000};
    std::chrono::milliseconds no_progress{60'000}; ///< how long a client may take no byte
    std::chrono::milliseconds linger{2'000};   ///< for the client to close after our last answer
    std::chrono::milliseconds connect{10'000}; ///< for each address of a target
    std::chrono::milliseconds stop{5'000};     ///< for all sessions to end after Close 1001
    /// How long sessions that could not move are carried on after an upgrade; 0: no limit.
    std::chrono::milliseconds upgrade{0};
    std::size_t max_head = head_scanner::default_max_head; ///< bytes of a request head
};

struct config {
    std::vector<listen_address> listen{listen_address{}};
    bool listens_by_default = true; ///< no option named an address
    unsigned unix_mode = 0600;      ///< of the files of Unix sockets
    /// Where inherited sockets lead whose names do not say it; nothing: paths decide, by `routes`.
    std::optional<catch_all> catch_all_for_unnamed{};
    std::vector<std::string> warnings{};          ///< to be logged at the start
    std::string file;                             ///< named by --config; empty: none
    std::vector<service::named_file> own_files{}; ///< all that options name
    target server_target{"127.0.0.1", 5500};
    target viewer_target{"127.0.0.1", 5900};
    std::vector<route> routes = default_routes(); ///< their paths include the prefix
    std::string prefix;                           ///< of all routes' paths; empty: none
    std::string web;                              ///< directory; empty: no files
    file_options files;
    std::string hsts; ///< the value of Strict-Transport-Security; empty: not sent
    tls_options tls;
    per_path<client_rule> client_rules; ///< what each path demands of certificates
    target_tls_options target_tls;
    std::size_t threads = 1;
    wsgate::limits limits;
    access_options access;
    proxy_options proxy;
    service::admin_options admin;
    process_options process;
    session_options session;
    bridge_options bridge;
    /// How long a WebSocket may be mute after a ping; 0: no limit. For viewers only, since a
    /// server's tunnel says nothing while it waits for its VNC server.
    std::chrono::milliseconds pong_timeout{50'000};
    /// When the target of a server's session is dialled. A viewer's is dialled at once, since a
    /// viewer waits to be greeted.
    dial_time server_dial = dial_time::first_data;
    /// Bounds what the kernel keeps for each connection, so that a thousand clients that read
    /// nothing cannot use up the host's memory for TCP.
    net::tcp_options tcp{.most_unsent = 256 * 1024};
    std::string log_file; ///< empty: standard error
    std::string syslog;   ///< a socket's path, or HOST:PORT; empty: none
    service::log_format log_format = service::log_format::text;
    service::log_level log_level = service::log_level::info;

    [[nodiscard]] const target& target_of(const route& r) const {
        return r.to ? *r.to : r.who == visitor::server ? server_target : viewer_target;
    }

    /// The path whose policies hold for such visitors at a listener that takes any path.
    [[nodiscard]] std::string path_of(visitor who) const {
        return prefix + std::string{main_path(who)};
    }
};

} // namespace wsgate
