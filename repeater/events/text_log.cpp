// One line an event; numbers join the lines of a session.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/text_log.hpp"

#include "net/connection.hpp"
#include "net/escape.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace repeater {

namespace {

using service::log_level;

std::string show(const error_code& ec) {
    if (!ec) {
        return "none";
    }
    return ec == asio::error::eof ? "eof" : fmt::format("\"{}\"", net::escaped(ec.message()));
}

std::string show_request(std::string_view key, const peer_name& p) {
    return p.request_id.empty()
               ? std::string{}
               : fmt::format(" {}=\"{}\"", key,
                             net::escaped(p.request_id, event::longest_request_id));
}

std::string show(const peer_name& p) {
    return fmt::format("session={} side={} peer={}{}", static_cast<std::uint64_t>(p.number),
                       to_string(p.side), net::to_string(p.address), show_request("request_id", p));
}

std::string show(const rfb::destination& to) {
    return fmt::format("host=\"{}\" port={}", net::escaped(to.host), to.port);
}

std::string show(const event::ended::direction& d) {
    return fmt::format("{}/{}", d.bytes, to_string(d.end));
}

std::string show_facts(const rfb::handshake_facts& f) {
    std::vector<std::string> offered;
    for (const auto type : f.security_offered) {
        offered.push_back(fmt::format("{}({})", rfb::security_type_name(type), type));
    }
    auto text = fmt::format(
        "server_version={} viewer_version={} security_offered={} security_chosen={}",
        event::to_string(f.server_version), event::to_string(f.viewer_version),
        fmt::join(offered, ","),
        f.security_chosen ? std::string{rfb::security_type_name(*f.security_chosen)} : "none");
    using stage = rfb::handshake_facts::stage;
    if (f.reached == stage::complete) {
        text += fmt::format(" geometry={}x{} shared={} desktop=\"{}\"", f.width, f.height, f.shared,
                            net::escaped(f.desktop_name));
    } else if (f.reached == stage::refused) {
        text += fmt::format(" refused=\"{}\"", net::escaped(f.reason));
    }
    return text;
}

struct text_writer {
    service::log& log;
    const id_printer& print;

    [[nodiscard]] std::string id(const rfb::repeater_id& name) const { return "ID:" + print(name); }

    [[nodiscard]] std::string id(const meeting& met) const {
        if (const auto* name = std::get_if<rfb::repeater_id>(&met)) {
            return id(*name);
        }
        return fmt::format("\"{}\"", net::escaped(to_string(met)));
    }

    void operator()(const event::starting& e) const {
        info("starting pid={} refuses_duplicates={}", e.pid, e.refuses_duplicates);
        if (e.dials_anywhere) {
            warn("open_proxy mode1=any: every viewer can connect to any host and port through us");
        }
    }

    void operator()(const event::advice& e) const {
        warn("advice text=\"{}\"", net::escaped(e.text, 300));
    }

    void operator()(const event::listening& e) const {
        info("listening side={} at={}", to_string(e.side), net::to_string(e.at));
    }

    void operator()(const event::accept_failed& e) const {
        line(log_level::error, "accept_failed error={} pause=100ms", show(e.error));
    }

    void operator()(const event::arrived& e) const {
        if (e.proxy) {
            info("arrived {} proxy={}", show(e.peer), net::to_string(*e.proxy));
        } else {
            info("arrived {}", show(e.peer));
        }
    }

    void operator()(const event::proxy_header_failed& e) const {
        warn("proxy_header_failed {} error={} advice=\"{}\"", show(e.proxy), show(e.error),
             event::proxy_advice);
    }

    void operator()(const event::introduction_failed& e) const {
        warn("introduction_failed {} why={} got={} of={} error={} text=\"{}\"", show(e.peer),
             to_string(e.why), e.got, e.size, show(e.error), net::escaped(e.text));
    }

    void operator()(const event::id_truncated& e) const {
        warn("id_truncated {} id={}", show(e.peer), id(e.id));
    }

    void operator()(const event::waiting& e) const {
        info("waiting {} id={}", show(e.peer), id(e.id));
    }

    void operator()(const event::partner_checked& e) const {
        line(log_level::debug, "partner_checked {} id={} alive={}", show(e.partner), id(e.id),
             e.alive);
    }

    void operator()(const event::paired& e) const {
        info("paired {} with={} id={}", show(e.newcomer),
             static_cast<std::uint64_t>(e.partner.number), id(e.id));
    }

    void operator()(const event::replaced& e) const {
        info("replaced {} by={} id={}", show(e.older), static_cast<std::uint64_t>(e.newer),
             id(e.id));
    }

    void operator()(const event::refused& e) const {
        info("refused {} id={}", show(e.peer), id(e.id));
    }

    void operator()(const event::left& e) const {
        info("left {} id={} how={}", show(e.peer), id(e.id), show(e.how));
    }

    void operator()(const event::expired& e) const {
        info("expired {} id={} seconds={}", show(e.peer), id(e.id),
             std::chrono::duration<double>(e.waited).count());
    }

    void operator()(const event::dismissed& e) const {
        info("dismissed {} id={}", show(e.peer), id(e.id));
    }

    void operator()(const event::dialling& e) const {
        info("dialling {} {}", show(e.viewer), show(e.to));
    }

    void operator()(const event::dial_refused& e) const {
        warn("dial_refused {} {} why={}", show(e.viewer), show(e.to), to_string(e.why));
    }

    void operator()(const event::dial_attempt_failed& e) const {
        info("dial_attempt_failed {} to={} error={}", show(e.viewer), net::to_string(e.to),
             show(e.error));
    }

    void operator()(const event::dial_failed& e) const {
        info("dial_failed {} {} error={}", show(e.viewer), show(e.to), show(e.error));
    }

    void operator()(const event::relaying& e) const {
        info("relaying {} with={}{} met={}", show(e.first), net::to_string(e.second.address),
             show_request("with_request_id", e.second), id(e.met));
    }

    void operator()(const event::described& e) const {
        info("described pair={} rfb={} {}", static_cast<std::uint64_t>(e.pair),
             event::outcome(e.facts), show_facts(e.facts));
    }

    void operator()(const event::ended& e) const {
        info("ended pair={} first={} viewer_to_server={} server_to_viewer={} seconds={:.3f} met={}",
             static_cast<std::uint64_t>(e.pair), to_string(e.first), show(e.from_viewer),
             show(e.from_server), static_cast<double>(e.duration.count()) / 1000.0, id(e.met));
    }

    void operator()(const event::stopping& e) const {
        info("stopping live_pairs={}", e.live_pairs);
    }

    void operator()(const event::stopped&) const { info("stopped"); }

    void operator()(const event::reloaded& e) const {
        if (!e.error.empty()) {
            line(log_level::error, "reload_failed error=\"{}\"", net::escaped(e.error, 300));
        } else {
            info("reloaded needs_restart=\"{}\"", e.needs_restart);
        }
    }

    void operator()(const event::events_lost& e) const {
        warn("events_lost output={} count={} why=\"{}\"", e.output, e.count,
             net::escaped(e.why, 200));
    }

    void operator()(const event::pid_file_failed& e) const {
        warn("pid_file_failed path=\"{}\" error={}", net::escaped(e.path, 300), show(e.error));
    }

    void operator()(const event::supervising& e) const {
        using what = event::supervising::what;
        if (e.now == what::ends) {
            info("supervisor_ends pid={} child={} signal={}", e.pid, e.child, e.cause);
        } else {
            info("{} pid={}",
                 e.now == what::starts ? "supervisor_starts" : "supervisor_starts_again", e.pid);
        }
    }

    void operator()(const event::defect& e) const {
        line(log_level::error, "defect what=\"{}\"", net::escaped(e.what, 200));
    }

private:
    template <class... Values>
    void line(log_level level, fmt::format_string<Values...> text, Values&&... values) const {
        log.line(level, fmt::format(text, std::forward<Values>(values)...));
    }

    template <class... Values>
    void info(fmt::format_string<Values...> text, Values&&... values) const {
        line(log_level::info, text, std::forward<Values>(values)...);
    }

    template <class... Values>
    void warn(fmt::format_string<Values...> text, Values&&... values) const {
        line(log_level::warn, text, std::forward<Values>(values)...);
    }
};

} // namespace

event_log::event_log(service::log& to, id_form how) : log_(to), id_(how) {}

void event_log::receive(const any_event& e) {
    std::visit(text_writer{log_, id_}, e);
}

} // namespace repeater
