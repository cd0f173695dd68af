// Chooses the fields of each line.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel_journal.hpp"

#include "net/connection.hpp"
#include "net/text/escape.hpp"
#include "net/text/host_port.hpp"

#include <fmt/format.h>
#include <utility>

namespace wsgate {

namespace {

namespace json = boost::json;
using service::log_level;
using service::show;

constexpr std::size_t longest_text = 400;

json::object start_of(tunnel_number n, std::string_view peer) {
    return {{"session", static_cast<std::uint64_t>(n)}, {"peer", show(peer)}};
}

/// Names the sides of a bridge as operators know them: in the tunnel the WebSocket is the server's
/// end, and TCP is whoever connected here.
std::string_view name_of_end(ended_by who) {
    switch (who) {
    case ended_by::websocket:
        return "server";
    case ended_by::tcp:
        return "local";
    case ended_by::bridge:
        break;
    }
    return "tunnel";
}

} // namespace

void tunnel_journal::leading(const tunnel_config& c) {
    json::object fields{{"to", net::escaped(to_string(c.url), longest_text)}};
    if (c.proxy) {
        fields["proxy"] =
            net::escaped(net::join_host_port(c.proxy->host, c.proxy->port), longest_text);
        fields["proxy_login"] = !c.proxy->login.user.empty();
    }
    write(log_level::info, "tunnel", fields);
    for (const auto& text : c.warnings) {
        write(log_level::warn, "warning", {{"text", show(text)}});
    }
}

void tunnel_journal::listening(const asio::ip::tcp::endpoint& at) {
    const auto where = net::to_string(at);
    write_words(fmt::format("listening on {}", where), "listening", {{"at", where}});
}

void tunnel_journal::opened(tunnel_number n, std::string_view peer, const ws_opening& how) {
    if (!how.missed().empty()) {
        auto others = start_of(n, peer);
        others["addresses"] = net::escaped(net::to_string(how.missed()), longest_text);
        write(log_level::info, "passed_over", others);
    }
    auto fields = start_of(n, peer);
    fields["address"] = net::to_string(how.address());
    fields["tls"] = show(how.tls_version().empty() ? "none" : how.tls_version());
    fields["subprotocol"] = how.is_binary() ? "binary" : "none";
    write(log_level::info, "start", fields);
}

void tunnel_journal::failed(tunnel_number n, std::string_view peer, const ws_opening& how,
                            std::optional<std::chrono::milliseconds> pause) {
    auto fields = start_of(n, peer);
    fields["stage"] = show(name_of(how.stage()));
    fields["reason"] = show(how.why());
    if (pause) {
        fields["retry_in"] = service::seconds_of(*pause);
    }
    write(log_level::error, "connect_failed", fields);
}

void tunnel_journal::left(tunnel_number n, std::string_view peer) {
    write(log_level::info, "left", start_of(n, peer));
}

void tunnel_journal::ended(tunnel_number n, std::string_view peer, const bridge_summary& e,
                           std::chrono::milliseconds lasted) {
    if (e.dropped_text && !std::exchange(told_of_text_, true)) {
        write(log_level::warn, "text_dropped",
              {{"text", "the server sends text frames, which are no part of a session"}});
    }
    auto fields = start_of(n, peer);
    fields["seconds"] = service::seconds_of(lasted);
    fields["up"] = e.to_websocket;
    fields["down"] = e.to_tcp;
    fields["code"] = static_cast<std::uint64_t>(e.code);
    fields["closed_by"] = show(name_of_end(side_of(e.cause)));
    fields["reason"] = net::escaped(e.reason, longest_text);
    write(log_level::info, "end", fields);
}

void tunnel_journal::sessions(std::size_t connections, std::size_t shown_at_most) {
    write(log_level::info, "sessions",
          {{"connections", connections}, {"shown_at_most", shown_at_most}});
}

void tunnel_journal::carries(tunnel_number n, std::string_view peer, const bridge_summary& so_far,
                             std::chrono::milliseconds lasts) {
    auto fields = start_of(n, peer);
    fields["seconds"] = service::seconds_of(lasts);
    fields["up"] = so_far.to_websocket;
    fields["down"] = so_far.to_tcp;
    write(log_level::info, "carries", fields);
}

void tunnel_journal::opens(tunnel_number n, std::string_view peer,
                           std::chrono::milliseconds lasts) {
    auto fields = start_of(n, peer);
    fields["seconds"] = service::seconds_of(lasts);
    write(log_level::info, "opens", fields);
}

void tunnel_journal::warned(std::string_view what) {
    write(log_level::warn, "warning", {{"text", show(what)}});
}

void tunnel_journal::refused(std::string_view peer, std::size_t sessions) {
    write(log_level::warn, "refused",
          {{"peer", show(peer)}, {"reason", "too many sessions"}, {"sessions", sessions}});
}

} // namespace wsgate
