// Opens a WebSocket as a client: look-up, TCP, proxy, TLS and handshake, under one deadline.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/dial.hpp"
#include "net/stream.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/tls/client.hpp"
#include "wsgate/tunnel/connect_proxy.hpp"
#include "wsgate/ws/client_handshake.hpp"
#include "wsgate/ws/ws_url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

/// The steps of an attempt, in their order; each may be the one that fails.
enum class ws_stage { dns, tcp, proxy, tls, http_status, accept };

/// The stage in words for a log, such as "DNS" or "HTTP status".
[[nodiscard]] std::string_view name_of(ws_stage);

/// What all WebSockets of a tunnel have in common.
struct ws_way {
    ws_url url;
    std::optional<http_proxy> proxy; ///< its credentials are never sent to the server
    opening_extras extras;
    const tls_client* tls = nullptr; ///< for wss://
    net::tcp_options tcp;
};

/// One attempt. `way` and the tls_client in it outlive this.
class ws_opening {
public:
    ws_opening(const ws_way& way, net::clock::time_point deadline);

    /// Makes the attempt; returns whether the WebSocket is open. Never throws.
    [[nodiscard]] asio::awaitable<bool> run();

    // To be called after run() has returned true:
    [[nodiscard]] std::unique_ptr<net::stream> take_stream() { return std::move(stream_); }

    /// Bytes that came behind the head of the response.
    [[nodiscard]] std::vector<std::byte> take_early() { return std::move(early_); }

    [[nodiscard]] std::string_view tls_version() const { return tls_version_; }

    [[nodiscard]] bool is_binary() const { return binary_; }

    /// The server's address, or the proxy's, that was connected to.
    [[nodiscard]] const asio::ip::tcp::endpoint& address() const { return addresses_.front(); }

    /// Other addresses that were tried before.
    [[nodiscard]] const std::vector<net::missed_address>& missed() const { return missed_; }

    // To be called after run() has returned false: where it failed, and why, in words for a log.
    [[nodiscard]] ws_stage stage() const { return stage_; }

    [[nodiscard]] const std::string& why() const { return why_; }

private:
    [[nodiscard]] asio::awaitable<bool> find();
    [[nodiscard]] asio::awaitable<bool> connect();
    [[nodiscard]] asio::awaitable<bool> pass_proxy();
    [[nodiscard]] asio::awaitable<bool> ask_proxy(std::string request, net::client_response& got);
    [[nodiscard]] asio::awaitable<bool> hear_proxy(net::client_response_reader&);
    [[nodiscard]] asio::awaitable<bool> secure();
    [[nodiscard]] asio::awaitable<bool> shake_hands();
    [[nodiscard]] asio::awaitable<bool> hear_server(net::client_response_reader&);

    [[nodiscard]] asio::awaitable<bool> say(net::stream&, std::string text);
    [[nodiscard]] asio::awaitable<bool> wait_readable(net::stream&);
    bool fail(std::string why);

    const ws_way& way_;
    net::clock::time_point deadline_;
    ws_stage stage_ = ws_stage::dns;
    std::string why_;
    std::vector<asio::ip::tcp::endpoint> addresses_; ///< once connected, that one is the first
    std::vector<net::missed_address> missed_;
    std::unique_ptr<net::tcp_stream> socket_; ///< until it is a part of stream_
    std::unique_ptr<net::stream> stream_;
    std::vector<std::byte> early_;
    std::string_view tls_version_;
    bool binary_ = false;
};

} // namespace wsgate
