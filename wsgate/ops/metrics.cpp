// Names all metrics, and writes them as Prometheus wants them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ops/metrics.hpp"

#include "service/version.hpp"
#include "wsgate/ops/exposition.hpp"
#include "wsgate/ops/process_metrics.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <utility>

namespace wsgate {

namespace {

constexpr std::array<std::string_view, 14> handshake_names{
    "bad_request", "too_large", "timeout",  "not_found", "version", "unauthorized", "origin",
    "token",       "forbidden", "too_many", "shut_out",  "tls",     "proxy_header", "other"};
constexpr std::array<std::string_view, 6> connect_names{"refused", "timeout", "unreachable",
                                                        "name",    "tls",     "other"};
constexpr std::array<std::string_view, 3> result_names{"completed", "target_failed", "refused"};
// Up is toward the target: in the gateway the WebSocket is the client's end, and TCP leads to the
// target.
constexpr std::array<std::string_view, 2> direction_names{"up", "down"};
constexpr std::array<std::string_view, 3> side_names{"client", "target", "gateway"};

constexpr unsigned first_code = 1000;

std::size_t index_of(close_code code) {
    const auto number = static_cast<unsigned>(code);
    const auto others = route_metrics::close_codes - 1;
    return number < first_code ? others : std::min<std::size_t>(number - first_code, others);
}

std::string code_name(std::size_t index) {
    return index + 1 == route_metrics::close_codes ? "other" : std::to_string(first_code + index);
}

void write(exposition& out, const histogram& h) {
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < histogram::bounds.size(); ++i) {
        so_far += h.count(i);
        out.sample({{"le", fmt::format("{}", histogram::bounds[i])}}, so_far, "_bucket");
    }
    so_far += h.count(histogram::bounds.size());
    out.sample({{"le", "+Inf"}}, so_far, "_bucket");
    out.sample({}, h.sum(), "_sum");
    out.sample({}, so_far, "_count");
}

} // namespace

connect_failure reason_of(const net::error_code& ec) {
    namespace error = boost::asio::error;
    if (ec == error::connection_refused) {
        return connect_failure::refused;
    }
    if (ec == error::timed_out) {
        return connect_failure::timed_out;
    }
    if (ec == error::host_unreachable || ec == error::network_unreachable) {
        return connect_failure::unreachable;
    }
    if (ec.category() == error::get_netdb_category() ||
        ec.category() == error::get_addrinfo_category()) {
        return connect_failure::name;
    }
    if (ec == boost::system::errc::protocol_error) { // what dial() returns where TLS fails
        return connect_failure::tls;
    }
    return connect_failure::other;
}

route_metrics& metrics::route(std::string_view name) {
    const std::lock_guard lock(lists_);
    const auto known = std::find_if(routes_.begin(), routes_.end(),
                                    [name](const route_metrics& r) { return r.name == name; });
    return known == routes_.end() ? routes_.emplace_back(name) : *known;
}

void metrics::certificates(std::vector<certificate_expiry> all) {
    const std::lock_guard lock(lists_);
    certificates_ = std::move(all);
}

std::string metrics::text() const {
    exposition out;
    const std::lock_guard lock(lists_);
    out.family("wsgate_build_info", "gauge", "Always 1; the version is a label.");
    out.sample({{"version", service::version}}, std::uint64_t{1});
    write_sessions(out);
    write_ends(out);
    write_connections(out);
    write_process(out);
    return out.text();
}

void metrics::write_sessions(exposition& out) const {
    out.family("wsgate_sessions_active", "gauge", "WebSocket sessions open now.");
    for (const auto& r : routes_) {
        out.sample({{"route", r.name}}, r.active.value());
    }
    out.family("wsgate_sessions_total", "counter",
               "Attempts at a session that are over, by how they ended.");
    for (const auto& r : routes_) {
        for (std::size_t i = 0; i < result_names.size(); ++i) {
            out.sample({{"route", r.name}, {"result", result_names[i]}}, r.results[i].value());
        }
    }
    out.family("wsgate_bytes_total", "counter", "Payload carried; up is from clients to targets.");
    for (const auto& r : routes_) {
        for (std::size_t i = 0; i < direction_names.size(); ++i) {
            out.sample({{"route", r.name}, {"direction", direction_names[i]}}, r.bytes[i].value());
        }
    }
}

void metrics::write_ends(exposition& out) const {
    out.family("wsgate_close_total", "counter",
               "Sessions that ended, by WebSocket close code and by the side that ended them.");
    for (const auto& r : routes_) {
        for (std::size_t code = 0; code < r.closes.size(); ++code) {
            for (std::size_t side = 0; side < side_names.size(); ++side) {
                // Only combinations that have happened: all 51 of each route would mostly be 0 for
                // good.
                if (const auto n = r.closes[code][side].value(); n > 0) {
                    out.sample(
                        {{"route", r.name}, {"code", code_name(code)}, {"side", side_names[side]}},
                        n);
                }
            }
        }
    }
    out.family("wsgate_target_connect_failures_total", "counter",
               "Targets that were not reached, by reason.");
    for (const auto& r : routes_) {
        for (std::size_t i = 0; i < connect_names.size(); ++i) {
            out.sample({{"route", r.name}, {"reason", connect_names[i]}},
                       r.connect_failures[i].value());
        }
    }
}

void metrics::write_connections(exposition& out) const {
    out.family("wsgate_handshake_failures_total", "counter",
               "Connections and upgrade requests that became no session, by reason.");
    for (std::size_t i = 0; i < handshake_names.size(); ++i) {
        out.sample({{"reason", handshake_names[i]}}, handshake_failures_[i].value());
    }
    out.family("wsgate_target_connect_seconds", "histogram",
               "Time until a target was connected, name look-up included.");
    write(out, connects_);
    out.family("wsgate_ping_rtt_seconds", "histogram", "Time from a ping to its pong.");
    write(out, pings_);
    out.family("wsgate_stalled_sessions", "gauge",
               "Sessions whose receiver in this direction takes nothing at the moment.");
    for (std::size_t i = 0; i < direction_names.size(); ++i) {
        out.sample({{"direction", direction_names[i]}}, stalled_[i].value());
    }
    out.family("wsgate_tls_cert_not_after_seconds", "gauge",
               "When a certificate expires, in seconds since 1970.");
    for (const auto& c : certificates_) {
        out.sample({{"certificate", c.name}}, static_cast<std::int64_t>(c.not_after));
    }
}

session_meter::session_meter(metrics& all, route_metrics& route) : all_(all), route_(route) {
    route_.active.add(1);
}

session_meter::~session_meter() {
    session_meter::stalled(direction::to_tcp, false);
    session_meter::stalled(direction::to_websocket, false);
    const auto how = target_failed_ ? session_result::target_failed : session_result::completed;
    route_.results[static_cast<std::size_t>(how)].add();
    route_.active.add(-1);
}

void session_meter::connected(std::chrono::duration<double> after) {
    all_.target_connected(after);
}

void session_meter::failed(const net::error_code& ec) {
    target_failed_ = true;
    route_.connect_failures[static_cast<std::size_t>(reason_of(ec))].add();
}

void session_meter::stalled(direction d, bool now) {
    auto& before = stalled_[static_cast<std::size_t>(d)];
    if (std::exchange(before, now) != now) {
        all_.stalled(d, now ? 1 : -1);
    }
}

void session_meter::closed(close_code code, ended_by side) {
    route_.closes[index_of(code)][static_cast<std::size_t>(side)].add();
}

void count_refused(route_metrics& r) {
    r.results[static_cast<std::size_t>(session_result::refused)].add();
}

void count_unreachable(route_metrics& r, const net::error_code& ec) {
    r.connect_failures[static_cast<std::size_t>(reason_of(ec))].add();
    r.results[static_cast<std::size_t>(session_result::target_failed)].add();
}

} // namespace wsgate
