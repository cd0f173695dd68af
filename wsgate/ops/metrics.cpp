// Names all metrics, and writes them as Prometheus wants them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ops/metrics.hpp"

#include "service/admin/exposition.hpp"
#include "service/admin/process_metrics.hpp"
#include "service/version.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <memory>
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

void write(service::exposition& out, const service::histogram& h) {
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < service::histogram::bounds.size(); ++i) {
        so_far += h.count(i);
        out.sample({{"le", fmt::format("{}", service::histogram::bounds[i])}}, so_far, "_bucket");
    }
    so_far += h.count(service::histogram::bounds.size());
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

template <class Visitor>
void route_metrics::show_counters(const Visitor& v) {
    std::for_each(results.begin(), results.end(), v);
    std::for_each(bytes.begin(), bytes.end(), v);
    std::for_each(connect_failures.begin(), connect_failures.end(), v);
    for (auto& sides : closes) {
        std::for_each(sides.begin(), sides.end(), v);
    }
}

template <class Visitor>
void metrics::show_counters(const Visitor& v) {
    std::for_each(handshake_failures_.begin(), handshake_failures_.end(), v);
    std::for_each(limited_.begin(), limited_.end(), v);
    connects_.show_counters(v);
    pings_.show_counters(v);
}

metric_counts metrics::counts() {
    metric_counts now;
    const auto read_into = [](std::vector<std::uint64_t>& to) {
        return [&to](const auto& counter) { to.push_back(counter.value()); };
    };
    show_counters(read_into(now.of_all));
    const std::lock_guard lock(lists_);
    for (auto& each : routes_) {
        each.show_counters(read_into(now.of_routes[each.name]));
    }
    return now;
}

/// Where another version counted less, the rest begins at 0.
void metrics::add(const metric_counts& more) {
    const auto add_from = [](const std::vector<std::uint64_t>& from) {
        return [&from, next = std::make_shared<std::size_t>(0)](auto& counter) {
            if (*next < from.size()) {
                counter.add(from[(*next)++]);
            }
        };
    };
    show_counters(add_from(more.of_all));
    for (const auto& [name, numbers] : more.of_routes) {
        route(name).show_counters(add_from(numbers));
    }
}

metric_counts operator-(metric_counts now, const metric_counts& before) {
    const auto subtract = [](std::vector<std::uint64_t>& from,
                             const std::vector<std::uint64_t>& what) {
        std::transform(what.begin(), what.end(), from.begin(), from.begin(),
                       [](std::uint64_t w, std::uint64_t f) { return f - w; });
    };
    subtract(now.of_all, before.of_all);
    for (const auto& [name, numbers] : before.of_routes) {
        subtract(now.of_routes.at(name), numbers);
    }
    return now;
}

void metrics::certificates(std::vector<certificate_expiry> all) {
    const std::lock_guard lock(lists_);
    certificates_ = std::move(all);
}

std::string metrics::text() const {
    service::exposition out;
    const std::lock_guard lock(lists_);
    out.family("wsgate_build_info", "gauge", "Always 1; the version is a label.");
    out.sample({{"version", service::version}}, std::uint64_t{1});
    write_sessions(out);
    write_ends(out);
    write_connections(out);
    service::write_process(out);
    return out.text();
}

void metrics::write_sessions(service::exposition& out) const {
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

void metrics::write_ends(service::exposition& out) const {
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

void metrics::write_connections(service::exposition& out) const {
    out.family("wsgate_handshake_failures_total", "counter",
               "Connections and upgrade requests that became no session, by reason.");
    for (std::size_t i = 0; i < handshake_names.size(); ++i) {
        out.sample({{"reason", handshake_names[i]}}, handshake_failures_[i].value());
    }
    out.family("wsgate_limited_total", "counter",
               "Clients that were kept out or closed, by the limit that was reached.");
    for (const auto each : all_limits) {
        out.sample({{"limit", words_of(each).name}},
                   limited_.at(static_cast<std::size_t>(each)).value());
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
    route_.results[static_cast<std::size_t>(how)].add(has_left_ ? 0 : 1);
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
