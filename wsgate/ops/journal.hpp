// The gateway's log: one function for each event, written in words or as JSON.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/dial.hpp"
#include "net/nothrow.hpp"
#include "service/event_journal.hpp"
#include "wsgate/http/request.hpp"
#include "wsgate/ops/connection_number.hpp"
#include "wsgate/ws/bridge_summary.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    std::string_view tls;                      ///< "TLSv1.3"; empty: no TLS
    std::optional<asio::ip::address> client{}; ///< who is behind trusted proxies; nothing: unknown
    std::string_view request_id{};
    std::string_view user{};                        ///< by password; empty: none was asked for
    std::optional<asio::ip::tcp::endpoint> proxy{}; ///< its PROXY header named `peer`
    std::string_view certificate{}; ///< the name in the client's verified certificate; empty: none
};

/// How many lines about refusals were left out before this one; nothing where this one is left out
/// as well, hence logged at level debug only.
using lines_left_out = std::optional<std::uint64_t>;

/// This process has taken over from another one.
struct upgrade_facts {
    std::string from; ///< the other's version
    std::uint64_t from_pid = 0;
    std::string to; ///< ours
    std::uint64_t to_pid = 0;
    std::uint64_t sessions = 0; ///< that go on here
    std::uint64_t kept = 0;     ///< that the other process carries to their end
    /// The longest time for which a session was in neither process's hands.
    std::chrono::milliseconds pause{};
};

/// A connection that came to nothing before it was a session.
struct refused_client {
    connection_number number{}; ///< 0: it was not let in
    asio::ip::tcp::endpoint peer;
    std::optional<asio::ip::address> client{}; ///< who is behind trusted proxies; nothing: unknown
    std::string_view path{};                   ///< as it came, without its query; empty: unknown
    unsigned status = 0;                       ///< of the answer; 0: there was none
    std::string_view cause{};                  ///< of ours; empty: the status says all
    std::string_view advice{};                 ///< of ours: what an operator may do; empty: nothing
};

/// Safe from any thread. Never logs a query string or payload; bytes from outside are escaped.
class journal : public service::event_journal {
public:
    using event_journal::event_journal;

    /// The spdlog pattern that adds time and level to our lines.
    [[nodiscard]] static const char* pattern(service::log_format);

    /// `leads_to`: the route that any path leads to; empty where the path chooses the route.
    void listening(std::string_view at, bool tls, std::string_view leads_to);
    void admin_listening(std::string_view at);
    void started(const session_facts&);
    void ended(const session_facts&, const bridge_summary&, std::chrono::milliseconds lasted);
    /// Heads the list of open sessions that USR1 asks for: how many connections there are, and how
    /// many sessions are shown at most.
    void sessions(std::size_t connections, std::size_t shown_at_most);
    void carries(const session_facts&, const bridge_summary& so_far,
                 std::chrono::milliseconds lasts);
    /// The gateway ends by itself, as this option demands.
    void ends_itself(std::string_view option);
    void refused(const refused_client&, lines_left_out);
    /// `path`: as it came, without its query.
    void denied(connection_number, const asio::ip::tcp::endpoint& peer, const sender&,
                std::string_view path, const denial&, lines_left_out);
    /// A target could not be reached before the WebSocket was opened (--connect-first).
    void unreachable(connection_number, const asio::ip::tcp::endpoint& peer, const sender&,
                     std::string_view target, std::string_view why);
    /// Addresses of a target's name were tried before one could be taken; nothing is logged where
    /// there are none. More than once a minute for a target it is logged at level debug only.
    void passed_over(connection_number, std::string_view target,
                     const std::vector<net::missed_address>&);
    /// A part of the configuration cannot be used and is skipped, such as a line of a token file;
    /// `what` is a sentence of ours.
    void skipped(std::string_view what);
    void any_page(std::string_view path);
    /// `needs_restart`: options whose new values need a restart; empty: none.
    void reloaded(std::string_view needs_restart);
    void reload_failed(std::string_view why);
    void upgraded(const upgrade_facts&);
    /// This process goes on with all that it has.
    void upgrade_failed(std::string_view why);
    /// Something that an operator should attend to; `what` is a sentence of ours.
    void warned(std::string_view what);
    void tls_failed(const refused_client&, lines_left_out);
    /// A trusted proxy did not begin with a PROXY header, although --accept-proxy demands it.
    void proxy_header_failed(connection_number, const asio::ip::tcp::endpoint& proxy,
                             const net::error_code&, lines_left_out);

private:
    [[nodiscard]] bool is_news_of(std::string_view target);

    std::mutex mutex_; ///< guards what follows
    /// When addresses of these targets were last told of, for at most a minute.
    std::map<std::string, net::clock::time_point, std::less<>> told_;
};

} // namespace wsgate
