// The configuration of `wsgate tunnel`, from its options, Help-Channel's file and the environment.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/listen_at.hpp"
#include "service/log.hpp"
#include "service/log_line.hpp"
#include "service/rights.hpp"
#include "wsgate/tls/client.hpp"
#include "wsgate/tunnel/connect_proxy.hpp"
#include "wsgate/tunnel/helpchannel_conf.hpp"
#include "wsgate/tunnel/proxy_choice.hpp"
#include "wsgate/ws/client_handshake.hpp"
#include "wsgate/ws/ws_url.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace wsgate {

/// The port on the loopback address that it listens on, where neither --listen nor the file says
/// otherwise.
inline constexpr std::uint16_t default_tunnel_port = 6000;

struct tunnel_config {
    /// Where it listens; nothing: it carries one session over standard input and output.
    std::optional<net::listen_at> listen;
    ws_url url;
    std::optional<http_proxy> proxy;
    opening_extras extras;
    tls_client_options tls;
    std::chrono::milliseconds timeout{10'000}; ///< for an attempt, from name to WebSocket
    std::chrono::milliseconds ping{25'000};    ///< sent when we were silent for so long; 0: never
    /// How long the server may be mute after one; 0: no limit. Three pings, since a slow line
    /// behind a proxy may be busy with what was sent before them.
    std::chrono::milliseconds pong{75'000};
    std::chrono::milliseconds first_pause{1'000}; ///< before the second attempt; doubled for each
    std::chrono::milliseconds longest_pause{30'000};
    std::chrono::milliseconds stop{5'000}; ///< for all sessions to end after Close 1001
    unsigned retries = 0;
    bool once = false;
    std::size_t max_sessions = 100;
    net::tcp_options tcp;
    std::string log_file; ///< empty: standard error
    service::log_format log_format = service::log_format::text;
    service::log_level log_level = service::log_level::info;
    service::rights_options rights;
    std::vector<std::string> warnings; ///< logged at the start
};

/// The words of the command line; empty where an option was not given.
struct tunnel_words {
    std::string listen;
    std::string url;
    std::string proxy; ///< "none": no proxy, whatever file and environment say
    std::string proxy_user;
    std::string proxy_password_file;
    bool proxy_digest = false;
    std::string config;
};

/// The configuration cannot be used; the text tells the operator why.
class tunnel_misconfigured : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The configuration cannot be used because of a file, and not because of the command line.
class tunnel_file_unusable : public tunnel_misconfigured {
public:
    using tunnel_misconfigured::tunnel_misconfigured;
};

/// Sets in `c` what the words say, or else what `conf` says, or else the environment. Throws
/// tunnel_misconfigured; no text holds a password.
void take_over(const tunnel_words&, const helpchannel_conf& conf, const environment&,
               tunnel_config& c);

/// Reads a password: the first line of a file, up to 1000 bytes. Throws tunnel_file_unusable.
[[nodiscard]] std::string read_password(const std::string& file);

/// Throws tunnel_file_unusable.
[[nodiscard]] helpchannel_conf read_helpchannel_conf(const std::string& file);

} // namespace wsgate
