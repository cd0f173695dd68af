// What the gateway was told to do: the command line as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/log.hpp"
#include "wsgate/access_options.hpp"
#include "wsgate/admin_options.hpp"
#include "wsgate/bridge.hpp"
#include "wsgate/file_answer.hpp"
#include "wsgate/journal.hpp"
#include "wsgate/proxy_options.hpp"
#include "wsgate/route.hpp"
#include "wsgate/target.hpp"
#include "wsgate/tls_options.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgate {

/// TLS where there is a certificate, else plain; plain; TLS; by each connection's first byte.
enum class speech { by_certificate, plain, tls, sniffed };

struct listen_address {
    std::optional<asio::ip::address> address; ///< none: every address, IPv4 and IPv6
    std::uint16_t port = 6080;                ///< 0: any free port
    speech speaks = speech::by_certificate;

    friend bool operator==(const listen_address&, const listen_address&) = default;
};

/// "192.0.2.7:6080", "[2001:db8::7]:6080", "*:6080"; before it "plain:", "tls:" or "sniff:".
[[nodiscard]] std::optional<listen_address> parse_listen(std::string_view);

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
    target server_target{"127.0.0.1", 5500};
    target viewer_target{"127.0.0.1", 5900};
    std::string web; ///< directory; empty: no files
    file_options files;
    tls_options tls;
    per_path<client_rule> client_rules; ///< what places want of clients' certificates
    target_tls_options target_tls;
    std::size_t threads = 1;
    wsgate::limits limits;
    access_options access;
    proxy_options proxy;
    admin_options admin;
    bridge_options bridge;
    /// On the viewer route only: a server's tunnel may wait for its VNC server, and is mute then.
    std::chrono::milliseconds pong_timeout{50'000};
    dial_time server_dial =
        dial_time::first_data; ///< on the server route; viewers are greeted first
    /// A thousand clients that read nothing must not use up the host's memory for TCP.
    net::tcp_options tcp{.most_unsent = 256 * 1024};
    std::string log_file; ///< empty: standard error
    wsgate::log_format log_format = wsgate::log_format::text;
    net::log_level log_level = net::log_level::info;

    [[nodiscard]] const target& target_of(route r) const {
        return r == route::server ? server_target : viewer_target;
    }
};

/// The command line asked for text (usage, version) or was wrong: print it, exit with the code.
struct farewell {
    std::string text;
    int exit_code = 0;
};

/// Never throws for what a user wrote. Exit codes: 0 for help and version, 64 for errors.
[[nodiscard]] std::variant<config, farewell> parse_command_line(int argc, const char* const* argv);

} // namespace wsgate
