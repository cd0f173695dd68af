// One function an event: its members.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/json_log.hpp"

#include "net/connection.hpp"
#include "net/escape.hpp"
#include "service/version.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace repeater {

namespace {

using boost::json::object;

std::uint64_t number_of(session_number n) {
    return static_cast<std::uint64_t>(n);
}

std::string text_of(const error_code& ec) {
    return ec == asio::error::eof ? "eof" : net::escaped(ec.message(), 200);
}

double seconds_of(std::chrono::milliseconds d) {
    return std::chrono::duration<double>(d).count();
}

void add_request(object& o, std::string_view key, const peer_name& p) {
    if (!p.request_id.empty()) {
        o[key] = net::escaped(p.request_id, event::longest_request_id);
    }
}

object with(object o, const peer_name& p) {
    o["session"] = number_of(p.number);
    o["side"] = to_string(p.side);
    o["peer"] = net::to_string(p.address);
    add_request(o, "request_id", p);
    return o;
}

object with(object o, const rfb::destination& to) {
    o["host"] = net::escaped(to.host, 255);
    o["port"] = to.port;
    return o;
}

object named(std::string_view name) {
    return {{"event", name}};
}

struct json_writer {
    const id_printer& print;

    [[nodiscard]] object with_id(object o, const rfb::repeater_id& id) const {
        o["id"] = print(id);
        return o;
    }

    [[nodiscard]] object with_meeting(object o, const meeting& met) const {
        if (const auto* id = std::get_if<rfb::repeater_id>(&met)) {
            return with_id(std::move(o), *id);
        }
        return with(std::move(o), std::get<rfb::destination>(met));
    }

    [[nodiscard]] object peer_event(std::string_view name, const peer_name& p,
                                    const rfb::repeater_id& id) const {
        return with_id(with(named(name), p), id);
    }

    [[nodiscard]] object aborted(const peer_name& p, const rfb::repeater_id& id,
                                 std::string_view why) const {
        auto o = peer_event("aborted", p, id);
        o["why"] = why;
        return o;
    }

    object operator()(const event::starting& e) const {
        auto o = named("started");
        o["pid"] = e.pid;
        o["version"] = service::version;
        o["refuses_duplicates"] = e.refuses_duplicates;
        o["open_proxy"] = e.dials_anywhere;
        return o;
    }

    object operator()(const event::advice& e) const {
        return {{"event", "advice"}, {"text", net::escaped(e.text, 300)}};
    }

    object operator()(const event::listening& e) const {
        return {{"event", "listening"}, {"side", to_string(e.side)}, {"at", net::to_string(e.at)}};
    }

    object operator()(const event::accept_failed& e) const {
        return {{"event", "accept_failed"}, {"error", text_of(e.error)}};
    }

    object operator()(const event::arrived& e) const {
        auto o = with(named("arrived"), e.peer);
        if (e.proxy) {
            o["proxy"] = net::to_string(*e.proxy);
        }
        return o;
    }

    object operator()(const event::proxy_header_failed& e) const {
        auto o = with(named("refused"), e.proxy);
        o["why"] = "proxy_header";
        o["error"] = text_of(e.error);
        o["advice"] = event::proxy_advice;
        return o;
    }

    object operator()(const event::introduction_failed& e) const {
        auto o = with(named("refused"), e.peer);
        o["why"] = to_string(e.why);
        o["got"] = e.got;
        o["of"] = e.size;
        if (e.error) {
            o["error"] = text_of(e.error);
        }
        if (!e.text.empty()) {
            o["text"] = net::escaped(e.text);
        }
        return o;
    }

    object operator()(const event::id_truncated& e) const {
        return peer_event("id_truncated", e.peer, e.id);
    }

    object operator()(const event::waiting& e) const { return peer_event("waiting", e.peer, e.id); }

    object operator()(const event::partner_checked& e) const {
        return e.alive ? peer_event("partner_checked", e.partner, e.id)
                       : aborted(e.partner, e.id, "left");
    }

    object operator()(const event::paired& e) const {
        auto o = peer_event("matched", e.newcomer, e.id);
        o["with"] = number_of(e.partner.number);
        return o;
    }

    object operator()(const event::replaced& e) const {
        auto o = aborted(e.older, e.id, "replaced");
        o["by"] = number_of(e.newer);
        return o;
    }

    object operator()(const event::refused& e) const {
        auto o = peer_event("refused", e.peer, e.id);
        o["why"] = "duplicate";
        return o;
    }

    object operator()(const event::left& e) const {
        auto o = aborted(e.peer, e.id, e.how == asio::error::eof ? "left" : "reset");
        if (e.how != asio::error::eof) {
            o["error"] = text_of(e.how);
        }
        return o;
    }

    object operator()(const event::expired& e) const {
        auto o = aborted(e.peer, e.id, "expired");
        o["seconds"] = seconds_of(e.waited);
        return o;
    }

    object operator()(const event::dismissed& e) const { return aborted(e.peer, e.id, "stopped"); }

    object operator()(const event::dialling& e) const {
        return with(with(named("dialling"), e.viewer), e.to);
    }

    object operator()(const event::dial_refused& e) const {
        auto o = with(with(named("refused"), e.viewer), e.to);
        o["why"] = to_string(e.why);
        return o;
    }

    object operator()(const event::dial_attempt_failed& e) const {
        auto o = with(named("dial_attempt_failed"), e.viewer);
        o["to"] = net::to_string(e.to);
        o["error"] = text_of(e.error);
        return o;
    }

    object operator()(const event::dial_failed& e) const {
        auto o = with(with(named("refused"), e.viewer), e.to);
        o["why"] = "unreachable";
        if (e.error) {
            o["error"] = text_of(e.error);
        }
        return o;
    }

    object operator()(const event::relaying& e) const {
        const bool viewer_first = e.first.side == rfb::side::viewer;
        const auto& viewer = viewer_first ? e.first : e.second;
        const auto& server = viewer_first ? e.second : e.first;
        auto o = named("paired");
        o["pair"] = number_of(viewer.number);
        o["newcomer"] = to_string(e.first.side);
        o["viewer"] = net::to_string(viewer.address);
        o["server"] = net::to_string(server.address);
        add_request(o, "viewer_request_id", viewer);
        add_request(o, "server_request_id", server);
        return with_meeting(std::move(o), e.met);
    }

    object operator()(const event::described& e) const {
        using stage = rfb::handshake_facts::stage;
        const auto& f = e.facts;
        object o{{"event", "described"}, {"pair", number_of(e.pair)}};
        o["rfb"] = event::outcome(f);
        o["server_version"] = event::to_string(f.server_version);
        o["viewer_version"] = event::to_string(f.viewer_version);
        boost::json::array offered;
        for (const auto type : f.security_offered) {
            offered.emplace_back(rfb::security_type_name(type));
        }
        o["security_offered"] = std::move(offered);
        if (f.security_chosen) {
            o["security_chosen"] = rfb::security_type_name(*f.security_chosen);
        }
        if (f.reached == stage::complete) {
            o["width"] = f.width;
            o["height"] = f.height;
            o["shared"] = f.shared;
            o["desktop"] = net::escaped(f.desktop_name);
        } else if (f.reached == stage::refused) {
            o["reason"] = net::escaped(f.reason);
        }
        return o;
    }

    object operator()(const event::ended& e) const {
        object o{{"event", "ended"}, {"pair", number_of(e.pair)}, {"first", to_string(e.first)}};
        const auto& first = e.first == rfb::side::viewer ? e.from_viewer : e.from_server;
        o["how"] = to_string(first.end);
        if (first.error && first.error != asio::error::eof) {
            o["error"] = text_of(first.error);
        }
        o["viewer_to_server"] = e.from_viewer.bytes;
        o["server_to_viewer"] = e.from_server.bytes;
        o["seconds"] = seconds_of(e.duration);
        return with_meeting(std::move(o), e.met);
    }

    object operator()(const event::stopping& e) const {
        return {{"event", "stopping"}, {"live_pairs", e.live_pairs}};
    }

    object operator()(const event::stopped&) const { return named("stopped"); }

    object operator()(const event::reloaded& e) const {
        if (!e.error.empty()) {
            return {{"event", "reload_failed"}, {"error", net::escaped(e.error, 300)}};
        }
        return {{"event", "reloaded"}, {"needs_restart", e.needs_restart}};
    }

    object operator()(const event::events_lost& e) const {
        return {{"event", "events_lost"},
                {"output", e.output},
                {"count", e.count},
                {"why", net::escaped(e.why, 200)}};
    }

    object operator()(const event::pid_file_failed& e) const {
        return {{"event", "pid_file_failed"},
                {"path", net::escaped(e.path, 300)},
                {"error", text_of(e.error)}};
    }

    object operator()(const event::supervising& e) const {
        using what = event::supervising::what;
        object o{{"event", e.now == what::starts         ? "supervisor_starts"
                           : e.now == what::starts_again ? "supervisor_starts_again"
                                                         : "supervisor_ends"},
                 {"pid", e.pid}};
        if (e.now == what::ends) {
            o["child"] = e.child;
            o["signal"] = e.cause;
        }
        return o;
    }

    object operator()(const event::defect& e) const {
        return {{"event", "defect"}, {"what", net::escaped(e.what, 200)}};
    }
};

template <class... Events>
bool is_one_of(const any_event& e) {
    return (std::holds_alternative<Events>(e) || ...);
}

service::log_level level_of(const any_event& e) {
    if (is_one_of<event::partner_checked>(e) && !is_milestone(e)) {
        return service::log_level::debug;
    }
    if (is_one_of<event::defect, event::accept_failed>(e)) {
        return service::log_level::error;
    }
    const bool bad =
        is_one_of<event::introduction_failed, event::proxy_header_failed, event::id_truncated,
                  event::dial_refused, event::events_lost, event::advice, event::pid_file_failed>(
            e);
    return bad ? service::log_level::warn : service::log_level::info;
}

} // namespace

object to_json(const any_event& e, const id_printer& print) {
    return std::visit(json_writer{print}, e);
}

bool is_milestone(const any_event& e) {
    if (const auto* checked = std::get_if<event::partner_checked>(&e)) {
        return !checked->alive;
    }
    return is_one_of<event::starting, event::waiting, event::relaying, event::ended, event::refused,
                     event::introduction_failed, event::proxy_header_failed, event::dial_refused,
                     event::dial_failed, event::left, event::replaced, event::expired,
                     event::dismissed, event::stopped>(e);
}

std::string utc_time() {
    using namespace std::chrono;
    const auto now = time_point_cast<milliseconds>(system_clock::now());
    const auto whole = time_point_cast<seconds>(now);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(whole)),
                       (now - whole).count());
}

json_log::json_log(service::log& to, id_form form) : log_(to), id_(form) {}

void json_log::receive(const any_event& e) {
    const auto level = level_of(e);
    object line{{"time", utc_time()}, {"level", service::name_of(level)}};
    for (auto& member : to_json(e, id_)) {
        line.insert(std::move(member));
    }
    log_.line(level, boost::json::serialize(line));
}

} // namespace repeater
