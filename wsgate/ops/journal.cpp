// Chooses the level and the fields of each line.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ops/journal.hpp"

#include "net/connection.hpp"
#include "net/text/escape.hpp"
#include "net/text/host_port.hpp"
#include "wsgate/access/doorman.hpp"

#include <boost/json/object.hpp>

#include <fmt/format.h>
#include <string>

namespace wsgate {

namespace {

namespace json = boost::json;
using service::show;

constexpr std::size_t longest_text = 200;
constexpr std::size_t longest_reason = 400; // it may name some addresses
constexpr std::size_t most_told = 1000;
constexpr std::chrono::minutes tell_again{1};
constexpr std::size_t longest_sentence = 500; // of ours, with names of files in it

/// Names the sides of a bridge as operators know them: in the gateway the WebSocket is the client's
/// end, and TCP leads to the target.
std::string_view name_of(ended_by who) {
    switch (who) {
    case ended_by::websocket:
        return "client";
    case ended_by::tcp:
        return "target";
    case ended_by::bridge:
        break;
    }
    return "gateway";
}

std::string show(const std::optional<asio::ip::address>& a) {
    return a ? net::address_text(*a) : "unknown";
}

std::string_view word_or_none(std::string_view text) {
    return text.empty() ? "none" : text;
}

json::object describe(const refused_client& r) {
    json::object fields;
    if (r.number != connection_number{}) {
        fields["session"] = static_cast<std::uint64_t>(r.number);
    }
    fields["client"] = show(r.client);
    fields["peer"] = net::name_of(r.peer);
    if (!r.path.empty()) {
        fields["path"] = net::escaped(r.path, longest_text);
    }
    if (r.status != 0) {
        fields["status"] = r.status;
    }
    if (!r.cause.empty()) {
        fields["cause"] = net::escaped(r.cause, longest_text);
    }
    if (!r.advice.empty()) {
        fields["advice"] = show(r.advice);
    }
    return fields;
}

/// Adds how many lines were left out; returns the level of this one.
service::log_level tell_left_out(json::object& fields, const lines_left_out& left_out,
                                 service::log_level level) {
    if (left_out.value_or(0) > 0) {
        fields["more"] = *left_out;
    }
    return left_out ? level : service::log_level::debug;
}

/// Where there are sessions by the thousand, these make most of the log.
void describe(const session_facts& s, service::event_line& line) {
    line.number("session", static_cast<std::uint64_t>(s.number))
        .word("route", s.route)
        .word("client", show(s.client))
        .word("peer", net::name_of(s.peer))
        .word("request", s.request_id)
        .word("target", net::escaped(s.target, longest_text))
        .word("subprotocol", word_or_none(s.subprotocol))
        .word("tls", word_or_none(s.tls));
    if (s.proxy) {
        line.word("proxy", net::name_of(*s.proxy));
    }
    if (!s.certificate.empty()) {
        line.word("certificate", net::escaped(s.certificate, longest_text));
    }
    if (!s.user.empty()) {
        line.word("user", net::escaped(s.user));
    }
}

void describe(const compared_origin& o, json::object& fields) {
    fields["origin"] = net::escaped(o.value, longest_text);
    fields["host"] = net::escaped(o.host, longest_text);
    fields["host_from"] = show(o.told_by);
    if (o.port) {
        fields["port_told"] = *o.port;
    }
    fields["allowed"] = net::escaped(o.allowed, longest_text);
    if (!o.not_believed.empty()) {
        fields["not_believed"] = show(o.not_believed);
    }
}

} // namespace

const char* journal::pattern(service::log_format f) {
    return service::log_pattern(f);
}

void journal::admin_listening(std::string_view at) {
    write(service::log_level::info, "admin_listening", {{"at", net::escaped(at, longest_text)}});
}

void journal::listening(std::string_view at, bool tls, std::string_view leads_to) {
    const auto where = net::escaped(at, longest_text);
    json::object fields{{"at", where}, {"tls", tls}};
    if (!leads_to.empty()) {
        fields["route"] = show(leads_to);
    }
    write_words(fmt::format("listening on {}{}{}{}", where, tls ? " (TLS)" : "",
                            leads_to.empty() ? "" : " for ", leads_to),
                "listening", fields);
}

void journal::started(const session_facts& s) {
    auto line = line_of("start");
    describe(s, line);
    write(service::log_level::info, line);
}

void journal::ended(const session_facts& s, const bridge_summary& e,
                    std::chrono::milliseconds lasted) {
    auto line = line_of("end");
    describe(s, line);
    line.seconds("seconds", lasted)
        .number("up", e.to_tcp)
        .number("down", e.to_websocket)
        .number("code", static_cast<std::uint64_t>(e.code))
        .word("closed_by", name_of(side_of(e.cause)))
        .word("reason", net::escaped(e.reason, longest_reason));
    write(service::log_level::info, line);
}

void journal::sessions(std::size_t connections, std::size_t shown_at_most) {
    write(service::log_level::info, "sessions",
          {{"connections", connections}, {"shown_at_most", shown_at_most}});
}

void journal::carries(const session_facts& s, const bridge_summary& so_far,
                      std::chrono::milliseconds lasts) {
    auto line = line_of("carries");
    describe(s, line);
    line.seconds("seconds", lasts).number("up", so_far.to_tcp).number("down", so_far.to_websocket);
    write(service::log_level::info, line);
}

void journal::ends_itself(std::string_view option) {
    write(service::log_level::info, "ends_itself", {{"by", show(option)}});
}

void journal::refused(const refused_client& r, lines_left_out left_out) {
    auto fields = describe(r);
    const auto level = tell_left_out(fields, left_out, service::log_level::info);
    write(level, "refused", fields);
}

void journal::denied(connection_number number, const asio::ip::tcp::endpoint& peer,
                     const sender& from, std::string_view path, const denial& no,
                     lines_left_out left_out) {
    json::object fields{{"session", static_cast<std::uint64_t>(number)},
                        {"client", show(from.client)},
                        {"peer", net::name_of(peer)},
                        {"request", show(from.request_id)},
                        {"path", net::escaped(path, longest_text)},
                        {"status", static_cast<unsigned>(no.status)},
                        {"cause", show(no.cause)}};
    if (!no.token_hash.empty()) {
        fields["token"] = no.token_hash;
    }
    if (no.origin) {
        describe(*no.origin, fields);
    }
    const auto level = tell_left_out(fields, left_out, service::log_level::info);
    write(level, "denied", fields);
}

void journal::unreachable(connection_number number, const asio::ip::tcp::endpoint& peer,
                          const sender& from, std::string_view target, std::string_view why) {
    write(service::log_level::info, "unreachable",
          {{"session", static_cast<std::uint64_t>(number)},
           {"client", show(from.client)},
           {"peer", net::name_of(peer)},
           {"request", show(from.request_id)},
           {"target", net::escaped(target)},
           {"reason", net::escaped(why, longest_reason)}});
}

void journal::passed_over(connection_number number, std::string_view target,
                          const std::vector<net::missed_address>& missed) {
    if (missed.empty()) {
        return;
    }
    write(is_news_of(target) ? service::log_level::info : service::log_level::debug, "passed_over",
          {{"session", static_cast<std::uint64_t>(number)},
           {"target", net::escaped(target, longest_text)},
           {"addresses", net::escaped(net::to_string(missed), longest_reason)}});
}

bool journal::is_news_of(std::string_view target) {
    const auto now = net::clock::now();
    const std::lock_guard lock(mutex_);
    std::erase_if(told_, [now](const auto& each) { return now - each.second >= tell_again; });
    return told_.size() < most_told && told_.emplace(target, now).second;
}

void journal::upgraded(const upgrade_facts& u) {
    write(service::log_level::info, "upgraded",
          {{"from", net::escaped(u.from, longest_text)},
           {"to", show(u.to)},
           {"from_pid", u.from_pid},
           {"to_pid", u.to_pid},
           {"sessions", u.sessions},
           {"kept", u.kept},
           {"pause", service::seconds_of(u.pause)}});
}

void journal::upgrade_failed(std::string_view why) {
    write(service::log_level::error, "upgrade_failed",
          {{"why", net::escaped(why, longest_sentence)}});
}

void journal::warned(std::string_view what) {
    write(service::log_level::warn, "warning", {{"what", net::escaped(what, longest_sentence)}});
}

void journal::skipped(std::string_view what) {
    write(service::log_level::warn, "skipped", {{"what", net::escaped(what, longest_sentence)}});
}

void journal::any_page(std::string_view path) {
    write(service::log_level::warn, "any_origin",
          {{"path", net::escaped(path)},
           {"advice", "any web page may open sessions here; --origin same-host (or a list of "
                      "origins) keeps strangers' pages out"}});
}

void journal::reloaded(std::string_view needs_restart) {
    json::object fields;
    if (!needs_restart.empty()) {
        fields["needs_restart"] = show(needs_restart);
    }
    write(service::log_level::info, "reloaded", fields);
}

void journal::reload_failed(std::string_view why) {
    write(service::log_level::error, "reload_failed",
          {{"why", net::escaped(why, longest_sentence)}, {"kept", "what was read before"}});
}

void journal::tls_failed(const refused_client& r, lines_left_out left_out) {
    auto fields = describe(r);
    const auto level = tell_left_out(fields, left_out, service::log_level::info);
    write(level, "tls_failed", fields);
}

void journal::proxy_header_failed(connection_number number, const asio::ip::tcp::endpoint& proxy,
                                  const net::error_code& ec, lines_left_out left_out) {
    json::object fields{
        {"session", static_cast<std::uint64_t>(number)},
        {"peer", net::name_of(proxy)},
        {"error", ec.message()},
        {"advice", "a --trusted-proxy must begin with a PROXY header under --accept-proxy: let "
                   "it send one (HAProxy: send-proxy-v2), or do without --accept-proxy"}};
    const auto level = tell_left_out(fields, left_out, service::log_level::warn);
    write(level, "proxy_header_failed", fields);
}

} // namespace wsgate
