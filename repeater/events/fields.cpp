// One function an event: its name, its level and its members.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/fields.hpp"

#include "net/text/escape.hpp"
#include "repeater/events/hint.hpp"
#include "repeater/events/members.hpp"
#include "rfb/messages/encoding.hpp"
#include "rfb/text.hpp"
#include "service/version.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace repeater {

namespace {

using service::log_level;

// Bytes of texts that are not ours.
constexpr std::size_t longest_block =
    64; // of a peer's first block, and of what servers call things
constexpr std::size_t longest_reason = 200;
constexpr std::size_t longest_text = 300;

std::string with_number(std::string_view name, std::uint32_t type) {
    return name == "unknown" ? "unknown(" + std::to_string(type) + ")" : std::string{name};
}

std::string name_of_security(std::uint8_t type) {
    return with_number(rfb::security_type_name(type), type);
}

std::string name_of_encoding(std::int32_t e) {
    const auto name = rfb::encoding_name(e);
    return name.empty() ? std::to_string(e) : std::string{name};
}

void add_amount(members& all, std::string_view what, const rfb::amount& a) {
    if (a.count > 0) {
        all.number(what, a.count).number(std::string{what} + "_bytes", a.bytes);
    }
}

/// Counts, sizes and times, and no contents.
void add_reading(members& all, const event::reading& e) {
    const auto& s = e.seen;
    all.number("width", std::uint64_t{s.width})
        .number("height", std::uint64_t{s.height})
        .outside("desktop", s.desktop_name, longest_block)
        .number("bits_per_pixel", std::uint64_t{s.format.bits_per_pixel})
        .number("depth", std::uint64_t{s.format.depth});
    boost::json::array asked;
    for (const auto each : s.encodings_asked) {
        asked.emplace_back(name_of_encoding(each));
    }
    boost::json::array used;
    for (const auto& [encoding, count] : s.rectangles) {
        used.emplace_back(name_of_encoding(encoding) + '=' + std::to_string(count));
    }
    all.list("encodings_asked", std::move(asked))
        .number("update_requests", s.update_requests)
        .number("updates", s.updates)
        .number("rectangles", s.rectangles_in_all)
        .list("encodings_used", std::move(used))
        .number("keys", s.keys)
        .number("pointer_events", s.pointer_events);
    const std::chrono::milliseconds age(e.now);
    all.rate("updates_per_second", s.updates, age)
        .rate("requests_per_second", s.update_requests, age)
        .rate("input_per_second", s.keys + s.pointer_events, age);
    add_amount(all, "clipboard_to_server", s.clipboard_to_server);
    add_amount(all, "clipboard_to_viewer", s.clipboard_to_viewer);
    add_amount(all, "files_to_server", s.files_to_server);
    add_amount(all, "files_to_viewer", s.files_to_viewer);
    add_amount(all, "chat_to_server", s.chat_to_server);
    add_amount(all, "chat_to_viewer", s.chat_to_viewer);
    all.number("xvp", s.xvp).number("bells", s.bells).number("size_requests", s.size_requests);
    if (s.last_input) {
        all.seconds("seconds_since_input", std::chrono::milliseconds(e.now - *s.last_input));
    }
    if (s.last_update) {
        all.seconds("seconds_since_update", std::chrono::milliseconds(e.now - *s.last_update));
    }
    all.number("dropped", e.dropped);
    if (s.ended_by) {
        all.word("not_understood", to_string(s.ended_by->first))
            .number("type", std::uint64_t{s.ended_by->second.type})
            .number("at", s.ended_by->second.at);
        if (s.ended_by->second.encoding) {
            all.word("encoding", name_of_encoding(*s.ended_by->second.encoding));
        }
    }
}

/// Describes one event.
struct describer {
    const id_printer& print;

    [[nodiscard]] members start() const { return members(print); }

    [[nodiscard]] event_fields aborted(const peer_name& p, const rfb::repeater_id& id,
                                       std::string_view why) const {
        return {"aborted", log_level::info, start().peer(p).id(id).word("why", why).take()};
    }

    event_fields operator()(const event::starting& e) const {
        auto all = start();
        all.number("pid", static_cast<std::uint64_t>(e.pid))
            .word("version", service::version)
            .truth("refuses_duplicates", e.refuses_duplicates)
            .truth("open_proxy", e.dials_anywhere);
        if (e.dials_anywhere) {
            all.word("advice", event::open_proxy_advice);
        }
        return {"started", e.dials_anywhere ? log_level::warn : log_level::info, all.take()};
    }

    event_fields operator()(const event::advice& e) const {
        return {"advice", log_level::warn, start().outside("text", e.text, longest_text).take()};
    }

    event_fields operator()(const event::listening& e) const {
        auto all = start();
        all.word("side", to_string(e.side)).outside("at", e.name, longest_text);
        if (e.id) {
            all.id(*e.id);
        }
        return {"listening", log_level::info, all.take()};
    }

    event_fields operator()(const event::admin_listening& e) const {
        return {"admin_listening", log_level::info,
                start().outside("at", e.name, longest_text).take()};
    }

    event_fields operator()(const event::accept_failed& e) const {
        return {"accept_failed", log_level::error, start().error("error", e.error).take()};
    }

    event_fields operator()(const event::limited& e) const {
        auto all = start();
        all.peer(e.peer).word("limit", to_string(e.what));
        if (e.what == limit::wrong_ids) {
            all.seconds("shut_out_seconds", e.shut_out);
        }
        return {"limited", log_level::warn, all.take()};
    }

    event_fields operator()(const event::untold& e) const {
        return {"untold", log_level::warn, start().number("events", e.count).take()};
    }

    event_fields operator()(const event::arrived& e) const {
        auto all = start().peer(e.peer);
        if (e.proxy) {
            all.address("proxy", *e.proxy);
        }
        return {"arrived", log_level::info, all.take()};
    }

    event_fields operator()(const event::proxy_header_failed& e) const {
        return {"refused", log_level::warn,
                start()
                    .peer(e.proxy)
                    .word("why", "proxy_header")
                    .error("error", e.error)
                    .word("advice", hint_of(e))
                    .take()};
    }

    /// What a peer sent that is of no use. What may be an ID is shown as IDs are.
    void add_first_bytes(members& all, const event::introduction_failed& e) const {
        if (e.got > 0) {
            all.word("came", to_string(e.came));
        }
        if (const auto text = first_bytes_of(e); !text.empty()) {
            all.word("text", text);
        }
    }

    [[nodiscard]] std::string first_bytes_of(const event::introduction_failed& e) const {
        constexpr std::string_view prefix = "ID:";
        const auto text = rfb::trim(e.text).substr(0, longest_block);
        if (e.came == rfb::first_bytes::id) {
            return std::string{prefix} + print(text.substr(prefix.size()));
        }
        return e.came == rfb::first_bytes::bare_id ? print(text)
                                                   : net::escaped(telling_part(e), longest_block);
    }

    event_fields operator()(const event::introduction_failed& e) const {
        auto all = start();
        all.peer(e.peer).word("why", to_string(e.why)).number("got", e.got).number("of", e.size);
        if (e.error) {
            all.error("error", e.error);
        }
        add_first_bytes(all, e);
        if (const auto hint = hint_of(e); !hint.empty()) {
            all.word("hint", hint);
        }
        return {"refused", log_level::warn, all.take()};
    }

    event_fields operator()(const event::probed& e) const {
        auto all = start();
        all.peer(e.how.peer).word("why", to_string(e.how.why));
        if (e.how.error) {
            all.error("error", e.how.error);
        }
        return {"probed", log_level::info, all.number("others", e.others).take()};
    }

    event_fields operator()(const event::short_hello& e) const {
        return {"short_hello", log_level::info,
                start()
                    .peer(e.peer)
                    .number("got", e.got)
                    .number("of", e.size)
                    .word("hint", event::short_hello_advice)
                    .take()};
    }

    event_fields operator()(const event::id_truncated& e) const {
        return {"id_truncated", log_level::info,
                start().peer(e.peer).id(e.id).outside("ignored", e.ignored, longest_block).take()};
    }

    event_fields operator()(const event::ports_differ& e) const {
        return {"refused", log_level::warn,
                start()
                    .peer(e.newcomer)
                    .id(e.id)
                    .word("why", "ports_differ")
                    .outside("port", e.newcomer_port, longest_block)
                    .number("with", e.partner.number)
                    .outside("with_port", e.partner_port, longest_block)
                    .take()};
    }

    event_fields operator()(const event::waiting& e) const {
        return {"waiting", log_level::info, start().peer(e.peer).id(e.id).take()};
    }

    event_fields operator()(const event::partner_checked& e) const {
        return e.alive ? event_fields{"partner_checked", log_level::debug,
                                      start().peer(e.partner).id(e.id).take()}
                       : aborted(e.partner, e.id, "left");
    }

    event_fields operator()(const event::matched& e) const {
        return {"matched", log_level::info,
                start().peer(e.newcomer).id(e.id).number("with", e.partner.number).take()};
    }

    event_fields operator()(const event::replaced& e) const {
        auto fields = aborted(e.older, e.id, "replaced");
        fields.members["by"] = static_cast<std::uint64_t>(e.newer);
        return fields;
    }

    event_fields operator()(const event::refused& e) const {
        return {"refused", log_level::info,
                start().peer(e.peer).id(e.id).word("why", to_string(e.why)).take()};
    }

    event_fields operator()(const event::id_conflict& e) const {
        return {"id_conflict", log_level::warn,
                start().peer(e.newcomer).id(e.id).seconds("seconds", e.refused_for).take()};
    }

    event_fields operator()(const event::id_refused& e) const {
        return {"refused", log_level::warn,
                start().peer(e.peer).id(e.named).word("why", to_string(e.why)).take()};
    }

    event_fields operator()(const event::not_authorized& e) const {
        auto all = start();
        all.peer(e.peer)
            .word("why", e.is_failure ? "authorization_failed" : "not_authorized")
            .outside("reason", e.why, longest_reason);
        return {e.may_go_on ? "not_asked" : "refused", log_level::warn, all.take()};
    }

    event_fields operator()(const event::id_lapsed& e) const {
        return aborted(e.peer, e.id, to_string(e.why));
    }

    event_fields operator()(const event::left& e) const {
        if (e.how == asio::error::eof) {
            return aborted(e.peer, e.id, "left");
        }
        return {"aborted", log_level::info,
                start().peer(e.peer).id(e.id).word("why", "reset").error("error", e.how).take()};
    }

    event_fields operator()(const event::expired& e) const {
        return {"aborted", log_level::info,
                start()
                    .peer(e.peer)
                    .id(e.id)
                    .word("why", "expired")
                    .seconds("seconds", e.waited)
                    .take()};
    }

    event_fields operator()(const event::dismissed& e) const {
        return aborted(e.peer, e.id, "stopped");
    }

    event_fields operator()(const event::dialling& e) const {
        return {"dialling", log_level::info, start().peer(e.viewer).destination(e.to).take()};
    }

    event_fields operator()(const event::dial_refused& e) const {
        return {"refused", log_level::warn,
                start().peer(e.viewer).destination(e.to).word("why", to_string(e.why)).take()};
    }

    event_fields operator()(const event::dial_attempt_failed& e) const {
        using reason = event::dial_attempt_failed::reason;
        auto all = start();
        all.peer(e.viewer).address("to", e.to).word("why", event::to_string(e.why));
        if (e.why == reason::no_greeting) {
            all.seconds("seconds", e.limit);
        } else if (e.why == reason::no_version) {
            all.word("came", to_string(e.came));
        } else if (e.error) {
            all.error("error", e.error);
        }
        if (const auto hint = hint_of(e); !hint.empty()) {
            all.word("hint", hint);
        }
        return {"dial_attempt_failed", log_level::info, all.take()};
    }

    event_fields operator()(const event::dial_failed& e) const {
        auto all = start();
        all.peer(e.viewer).destination(e.to).word("why", "unreachable");
        if (e.error) {
            all.error("error", e.error);
        }
        return {"refused", log_level::info, all.take()};
    }

    event_fields operator()(const event::paired& e) const {
        const bool viewer_first = e.first.side == rfb::side::viewer;
        const auto& viewer = viewer_first ? e.first : e.second;
        const auto& server = viewer_first ? e.second : e.first;
        return {"paired", log_level::info,
                start()
                    .number("pair", viewer.number)
                    .word("newcomer", to_string(e.first.side))
                    .address("viewer", viewer.address)
                    .address("server", server.address)
                    .request("viewer_request_id", viewer)
                    .request("server_request_id", server)
                    .policy(e.policy)
                    .met(e.met)
                    .take()};
    }

    event_fields operator()(const event::policy_changed& e) const {
        return {"policy_changed", log_level::info,
                start()
                    .number("pair", e.pair)
                    .truth("view_only", e.now.view_only)
                    .truth("clipboard_to_server", e.now.clipboard_to_server)
                    .truth("clipboard_to_viewer", e.now.clipboard_to_viewer)
                    .truth("files", e.now.files)
                    .truth("chat", e.now.chat)
                    .take()};
    }

    event_fields operator()(const event::policy_broken& e) const {
        auto all = start();
        all.number("pair", e.pair).word("why", e.why);
        if (e.by) {
            all.word("by", to_string(*e.by)).number("type", std::uint64_t{e.what.type});
            all.number("at", e.what.at);
            if (e.what.encoding) {
                all.word("encoding", name_of_encoding(*e.what.encoding));
            }
        }
        return {"policy_broken", log_level::warn, all.take()};
    }

    event_fields operator()(const event::understood& e) const {
        auto all = start()
                       .number("pair", e.pair)
                       .seconds("seconds", std::chrono::milliseconds(e.read.now));
        add_reading(all, e.read);
        return {"understood", log_level::info, all.take()};
    }

    event_fields operator()(const event::described& e) const {
        const auto& f = e.facts;
        boost::json::array offered;
        for (const auto type : f.security_offered) {
            offered.emplace_back(name_of_security(type));
        }
        auto all = start();
        all.number("pair", e.pair)
            .word("rfb", event::outcome(f))
            .word("server_version", event::to_string(f.server_version))
            .word("viewer_version", event::to_string(f.viewer_version))
            .list("security_offered", std::move(offered));
        if (f.security_chosen) {
            all.word("security_chosen", name_of_security(*f.security_chosen));
        }
        if (f.security_subtype) {
            all.word(
                "security_subtype",
                with_number(rfb::security_subtype_name(*f.security_subtype), *f.security_subtype));
        }
        using stage = rfb::handshake_facts::stage;
        if (f.reached == stage::complete) {
            all.number("width", f.width)
                .number("height", f.height)
                .truth("shared", f.shared)
                .outside("desktop", f.desktop_name, longest_block);
        } else if (f.reached == stage::refused) {
            all.outside("reason", f.reason, longest_block);
        }
        return {"described", log_level::info, all.take()};
    }

    event_fields operator()(const event::ended& e) const {
        const bool viewer_first = e.first == rfb::side::viewer;
        const auto& first = viewer_first ? e.from_viewer : e.from_server;
        const auto& second = viewer_first ? e.from_server : e.from_viewer;
        auto all = start();
        all.number("pair", e.pair)
            .word("first", to_string(e.first))
            .word("how", event::to_string(first.end));
        if (first.error && first.error != asio::error::eof) {
            all.error("error", first.error);
        }
        all.word("second_how", event::to_string(second.end))
            .number("viewer_to_server", e.from_viewer.bytes)
            .number("server_to_viewer", e.from_server.bytes)
            .seconds("seconds", e.duration)
            .met(e.met);
        return {"ended", log_level::info, all.take()};
    }

    event_fields operator()(const event::stopping& e) const {
        return {"stopping", log_level::info, start().number("live_pairs", e.live_pairs).take()};
    }

    event_fields operator()(const event::drained_too_long& e) const {
        return {"drained_too_long", log_level::warn,
                start().number("live_pairs", e.live_pairs).take()};
    }

    event_fields operator()(const event::stopped&) const {
        return {"stopped", log_level::info, {}};
    }

    event_fields operator()(const event::sessions& e) const {
        return {"sessions", log_level::info,
                start()
                    .number("waiting_servers", e.waiting_servers)
                    .number("waiting_viewers", e.waiting_viewers)
                    .number("live_pairs", e.live_pairs)
                    .number("shown_at_most", e.shown_at_most)
                    .take()};
    }

    event_fields operator()(const event::waits& e) const {
        return {"waits", log_level::info,
                start().peer(e.peer).id(e.id).seconds("seconds", e.since).take()};
    }

    event_fields operator()(const event::carries& e) const {
        auto all = start();
        all.number("pair", e.pair)
            .address("viewer", e.viewer)
            .address("server", e.server)
            .number("viewer_to_server", e.viewer_to_server)
            .number("server_to_viewer", e.server_to_viewer)
            .seconds("seconds", e.since)
            .met(e.met);
        if (e.read) {
            add_reading(all, *e.read);
        }
        return {"carries", log_level::info, all.take()};
    }

    event_fields operator()(const event::reloaded& e) const {
        if (!e.error.empty()) {
            return {"reload_failed", log_level::error,
                    start().outside("error", e.error, longest_text).take()};
        }
        return {"reloaded", log_level::info, start().word("needs_restart", e.needs_restart).take()};
    }

    event_fields operator()(const event::events_lost& e) const {
        return {"events_lost", log_level::warn,
                start()
                    .word("output", e.output)
                    .number("count", e.count)
                    .outside("why", e.why, longest_reason)
                    .take()};
    }

    event_fields operator()(const event::pid_file_failed& e) const {
        return {"pid_file_failed", log_level::warn,
                start().outside("path", e.path, longest_text).error("error", e.error).take()};
    }

    event_fields operator()(const event::supervising& e) const {
        using what = event::supervising::what;
        auto all = start().number("pid", static_cast<std::uint64_t>(e.pid));
        if (e.now == what::ends) {
            all.number("child", static_cast<std::uint64_t>(e.child)).word("signal", e.cause);
            return {"supervisor_ends", log_level::info, all.take()};
        }
        return {e.now == what::starts ? "supervisor_starts" : "supervisor_starts_again",
                log_level::info, all.take()};
    }

    event_fields operator()(const event::upgraded& e) const {
        return {"upgraded", log_level::info,
                start()
                    .outside("from", e.from, longest_reason)
                    .outside("to", e.to, longest_reason)
                    .number("from_pid", static_cast<std::uint64_t>(e.from_pid))
                    .number("to_pid", static_cast<std::uint64_t>(e.to_pid))
                    .number("waiting", e.waiting)
                    .number("pairs", e.pairs)
                    .number("kept", e.kept)
                    .seconds("pause", e.pause)
                    .take()};
    }

    event_fields operator()(const event::upgrade_failed& e) const {
        return {"upgrade_failed", log_level::error,
                start().outside("why", e.why, longest_text).take()};
    }

    event_fields operator()(const event::defect& e) const {
        return {"defect", log_level::error, start().outside("what", e.what, longest_reason).take()};
    }
};

} // namespace

event_fields fields_of(const any_event& e, const id_printer& print) {
    return std::visit(describer{print}, e);
}

bool is_milestone(const event_fields& e) {
    constexpr auto milestones = std::to_array<std::string_view>(
        {"started", "waiting", "paired", "policy_changed", "policy_broken", "understood", "ended",
         "refused", "aborted", "stopped"});
    return std::find(milestones.begin(), milestones.end(), e.name) != milestones.end();
}

} // namespace repeater
