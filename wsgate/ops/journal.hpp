// What the gateway tells in its log, in words or as JSON.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "service/event_journal.hpp"
#include "wsgate/http/request.hpp"
#include "wsgate/ops/connection_number.hpp"
#include "wsgate/ws/bridge_summary.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

namespace asio = boost::asio;

struct denial;
struct sender;

struct session_facts {
    connection_number number{};
    std::string_view route;
    asio::ip::tcp::endpoint peer;
    std::string target;
    std::string_view subprotocol;              ///< empty: none
    std::string_view tls;                      ///< "TLSv1.3"; empty: none
    std::optional<asio::ip::address> client{}; ///< behind its proxies; nothing: unknown
    std::string_view request_id{};
    std::string_view user{};                        ///< who gave a password; empty: nobody
    std::optional<asio::ip::tcp::endpoint> proxy{}; ///< whose PROXY header named the peer
    std::string_view certificate{}; ///< whom the client's names, verified; empty: nobody
};

/// Safe from any thread. Never a query string, never payload; bytes from outside are escaped.
class journal : public service::event_journal {
public:
    using event_journal::event_journal;

    /// What spdlog puts around our lines.
    [[nodiscard]] static const char* pattern(service::log_format);

    /// `leads_to`: the route of every path; empty: paths lead to several.
    void listening(std::string_view at, bool tls, std::string_view leads_to);
    void admin_listening(const asio::ip::tcp::endpoint&);
    void started(const session_facts&);
    void ended(const session_facts&, const bridge_summary&, std::chrono::milliseconds lasted);
    /// Somebody asked who is there: how many, and then lines of some.
    void sessions(std::size_t connections, std::size_t shown_at_most);
    void carries(const session_facts&, const bridge_summary& so_far,
                 std::chrono::milliseconds lasts);
    /// As it was told to when it was started.
    void ends_itself(std::string_view option);
    void refused(connection_number, const asio::ip::tcp::endpoint& peer, const sender&,
                 http::status);
    /// `again`: the client has been told of often enough, only those who debug want to hear more.
    void denied(connection_number, const asio::ip::tcp::endpoint& peer, const sender&,
                const denial&, bool again);
    /// A target that was to be connected before there is a WebSocket.
    void unreachable(connection_number, const asio::ip::tcp::endpoint& peer, const sender&,
                     std::string_view target, std::string_view why);
    /// Something configured is used without a part of it; `what` is a sentence of ours.
    void skipped(std::string_view what);
    void any_page(std::string_view path);
    /// `needs_restart`: options that are not in force yet; empty: none.
    void reloaded(std::string_view needs_restart);
    void not_reloaded(std::string_view why);
    /// Something that an operator should see to; `what` is a sentence of ours.
    void warned(std::string_view what);
    void tls_failed(connection_number, const asio::ip::tcp::endpoint& peer, const net::error_code&);
    /// A trusted proxy did not begin with one, although --accept-proxy says that they do.
    void proxy_header_failed(connection_number, const asio::ip::tcp::endpoint& proxy,
                             const net::error_code&);
};

} // namespace wsgate
