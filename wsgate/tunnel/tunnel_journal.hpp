// The tunnel's log: one function for each event, written in words or as JSON.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/event_journal.hpp"
#include "wsgate/tunnel/tunnel_config.hpp"
#include "wsgate/tunnel/ws_client.hpp"
#include "wsgate/ws/bridge_summary.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// The number that joins the lines of one local connection.
enum class tunnel_number : std::uint64_t {};

/// Never logs a password, a query string or payload; bytes from outside are escaped.
class tunnel_journal : public service::event_journal {
public:
    using event_journal::event_journal;

    /// Logs at the start where the tunnel leads, and the warnings of the configuration.
    void leading(const tunnel_config&);
    void listening(const asio::ip::tcp::endpoint&);
    void opened(tunnel_number, std::string_view peer, const ws_opening&);

    /// `pause`: until the next attempt; nothing: there will be no other.
    void failed(tunnel_number, std::string_view peer, const ws_opening&,
                std::optional<std::chrono::milliseconds> pause);
    void left(tunnel_number, std::string_view peer);
    void ended(tunnel_number, std::string_view peer, const bridge_summary&,
               std::chrono::milliseconds lasted);
    void refused(std::string_view peer, std::size_t sessions);

    /// Heads the list of local connections that USR1 asks for.
    void sessions(std::size_t connections, std::size_t shown_at_most);
    void carries(tunnel_number, std::string_view peer, const bridge_summary& so_far,
                 std::chrono::milliseconds lasts);
    /// There is no WebSocket for it yet.
    void opens(tunnel_number, std::string_view peer, std::chrono::milliseconds lasts);
    /// Something that an operator should know; `what` is a sentence of ours.
    void warned(std::string_view what);

private:
    bool told_of_text_ = false;
};

} // namespace wsgate
