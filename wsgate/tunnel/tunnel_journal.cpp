// What each line holds.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel_journal.hpp"

#include "net/connection.hpp"
#include "net/escape.hpp"

#include <fmt/format.h>
#include <utility>

namespace wsgate {

namespace {

namespace json = boost::json;
using service::log_level;

constexpr std::size_t longest_text = 300;

json::string_view show(std::string_view text) {
    return {text.data(), text.size()};
}

double seconds(std::chrono::milliseconds d) {
    return static_cast<double>(d.count()) / 1000.0;
}

json::object start_of(tunnel_number n, std::string_view peer) {
    return {{"session", static_cast<std::uint64_t>(n)}, {"peer", show(peer)}};
}

/// The WebSocket is the server's, and TCP is who connected here.
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

void tunnel_journal::write(log_level level, std::string_view event, const json::object& fields) {
    log_.line(level, service::log_line(format_, event, fields));
}

void tunnel_journal::leading(const tunnel_config& c) {
    json::object fields{{"to", net::escaped(to_string(c.url), longest_text)}};
    if (c.proxy) {
        fields["proxy"] = net::escaped(authority_of(c.proxy->host, c.proxy->port), longest_text);
        fields["proxy_login"] = !c.proxy->login.user.empty();
    }
    write(log_level::info, "tunnel", fields);
    for (const auto& text : c.warnings) {
        write(log_level::warn, "warning", {{"text", show(text)}});
    }
}

void tunnel_journal::listening(const asio::ip::tcp::endpoint& at) {
    if (format_ == service::log_format::json) {
        write(log_level::info, "listening", {{"at", net::to_string(at)}});
    } else { // those who start us wait for these words
        log_.line(log_level::info, fmt::format("listening on {}", net::to_string(at)));
    }
}

void tunnel_journal::opened(tunnel_number n, std::string_view peer, const ws_opening& how) {
    auto fields = start_of(n, peer);
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
        fields["retry_in"] = seconds(*pause);
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
    fields["seconds"] = seconds(lasted);
    fields["up"] = e.to_websocket;
    fields["down"] = e.to_tcp;
    fields["code"] = static_cast<std::uint64_t>(e.code);
    fields["closed_by"] = show(name_of_end(side_of(e.cause)));
    fields["reason"] = net::escaped(e.reason, longest_text);
    write(log_level::info, "end", fields);
}

void tunnel_journal::refused(std::string_view peer, std::size_t sessions) {
    write(log_level::warn, "refused",
          {{"peer", show(peer)}, {"reason", "too many sessions"}, {"sessions", sessions}});
}

void tunnel_journal::accept_failed(const net::error_code& ec) {
    write(log_level::error, "accept_failed", {{"error", ec.message()}, {"pause", "100ms"}});
}

void tunnel_journal::stopping(std::string_view how) {
    write(log_level::info, "stopping", {{"how", show(how)}});
}

void tunnel_journal::defect(std::string_view what) {
    write(log_level::error, "defect", {{"what", net::escaped(what, longest_text)}});
}

} // namespace wsgate
