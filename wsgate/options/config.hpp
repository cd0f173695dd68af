// What the gateway was told to do, as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "service/log.hpp"
#include "wsgate/access/access_options.hpp"
#include "wsgate/http/file_answer.hpp"
#include "wsgate/ops/admin_options.hpp"
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
    std::chrono::milliseconds handshake{10'000};   ///< from accept to the whole request head
    std::chrono::milliseconds keep_alive{15'000};  ///< for each later request head
    std::chrono::milliseconds no_progress{60'000}; ///< of a client that is sent an answer
    std::chrono::milliseconds linger{2'000};   ///< for the client to close after our last answer
    std::chrono::milliseconds connect{10'000}; ///< each address of a target
    std::chrono::milliseconds stop{5'000};     ///< for all sessions to say goodbye
};

struct config {
    std::vector<listen_address> listen{listen_address{}};
    bool listens_by_default = true; ///< nobody said where
    unsigned unix_mode = 0600;      ///< of the files of Unix sockets
    /// Inherited sockets whose names say nothing; nothing: as the table of routes says.
    std::optional<catch_all> catch_all_for_unnamed{};
    std::vector<std::string> warnings{}; ///< for the log
    std::string file;                    ///< of --config; empty: none
    target server_target{"127.0.0.1", 5500};
    target viewer_target{"127.0.0.1", 5900};
    std::vector<route> routes = default_routes(); ///< whole paths
    std::string prefix;                           ///< of them all; empty: none
    std::string web;                              ///< directory; empty: no files
    file_options files;
    tls_options tls;
    per_path<client_rule> client_rules; ///< what places want of clients' certificates
    target_tls_options target_tls;
    std::size_t threads = 1;
    wsgate::limits limits;
    access_options access;
    proxy_options proxy;
    admin_options admin;
    process_options process;
    session_options session;
    bridge_options bridge;
    /// On the viewer route only: a server's tunnel may wait for its VNC server, and is mute then.
    std::chrono::milliseconds pong_timeout{50'000};
    dial_time server_dial =
        dial_time::first_data; ///< on the server route; viewers are greeted first
    /// A thousand clients that read nothing must not use up the host's memory for TCP.
    net::tcp_options tcp{.most_unsent = 256 * 1024};
    std::string log_file; ///< empty: standard error
    std::string syslog;   ///< a socket, or HOST:PORT; empty: none
    service::log_format log_format = service::log_format::text;
    service::log_level log_level = service::log_level::info;

    [[nodiscard]] const target& target_of(const route& r) const {
        return r.to ? *r.to : r.who == visitor::server ? server_target : viewer_target;
    }

    /// Whose policies hold for all such visitors where any path is taken.
    [[nodiscard]] std::string path_of(visitor who) const {
        return prefix + std::string{main_path(who)};
    }
};

} // namespace wsgate
