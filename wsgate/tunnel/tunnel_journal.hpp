// What the tunnel tells in its log, in words or as JSON.
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

/// Never a password, a query string or payload; bytes from outside are escaped.
class tunnel_journal : public service::event_journal {
public:
    using event_journal::event_journal;

    /// Where it leads, and what the operator should know.
    void leading(const tunnel_config&);
    void listening(const asio::ip::tcp::endpoint&);
    void opened(tunnel_number, std::string_view peer, const ws_opening&);

    /// `pause`: until the next attempt; none: that was the last.
    void failed(tunnel_number, std::string_view peer, const ws_opening&,
                std::optional<std::chrono::milliseconds> pause);
    void left(tunnel_number, std::string_view peer);
    void ended(tunnel_number, std::string_view peer, const bridge_summary&,
               std::chrono::milliseconds lasted);
    void refused(std::string_view peer, std::size_t sessions);

private:
    bool told_of_text_ = false;
};

} // namespace wsgate
