// Names each number, and has the format written.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/metrics_page.hpp"

#include "service/admin/exposition.hpp"
#include "service/admin/process_metrics.hpp"
#include "service/version.hpp"

#include <string_view>
#include <utility>

namespace repeater {

namespace {

using service::exposition;

void gauge(exposition& out, std::string_view name, std::uint64_t value, std::string_view help) {
    out.family(name, "gauge", help);
    out.sample({}, value);
}

void counter(exposition& out, std::string_view name, std::uint64_t value, std::string_view help) {
    out.family(name, "counter", help);
    out.sample({}, value);
}

using labelled = std::initializer_list<std::pair<std::string_view, std::uint64_t>>;

/// A family whose samples differ in one label.
void family(exposition& out, std::string_view type, std::string_view name, std::string_view label,
            labelled values, std::string_view help) {
    out.family(name, type, help);
    for (const auto& [word, value] : values) {
        out.sample({{label, word}}, value);
    }
}

template <class Enum>
void samples(exposition& out, std::string_view label, const counts_by<Enum>& counts) {
    const auto words = words_of<Enum>();
    for (std::size_t i = 0; i < words.size(); ++i) {
        out.sample({{label, words[i]}}, counts[i]);
    }
}

template <class Enum>
void counters(exposition& out, std::string_view name, std::string_view label,
              const counts_by<Enum>& counts, std::string_view help) {
    out.family(name, "counter", help);
    samples(out, label, counts);
}

void write_connections(exposition& out, const server_numbers& n) {
    counter(out, "repeater_connections_accepted_total", n.accepted, "Connections of peers.");
    counter(out, "repeater_connections_closed_total", n.closed,
            "Those of them that are over, also by a limit at once.");
    gauge(out, "repeater_connections_open", n.open, "The others of them.");
    gauge(out, "repeater_handshakes", n.handshakes, "Peers that have not said yet what they want.");
    family(out, "gauge", "repeater_waiting", "side",
           {{"viewer", n.waiting_viewers}, {"server", n.waiting_servers}},
           "Peers that wait for a partner.");
    gauge(out, "repeater_dialling", n.dialling, "Viewers whose servers are being dialled.");
    gauge(out, "repeater_leaving", n.leaving, "Viewers that are told why they get no session.");
    counter(out, "repeater_probes_total", n.probes,
            "Connections that were closed without a byte, as by scanners and health checks.");
}

void write_refusals(exposition& out, const event_counts& e) {
    counters(out, "repeater_limited_total", "limit", e.limited, "Peers closed by a limit.");
    counter(out, "repeater_bans_total", e.limited[static_cast<std::size_t>(limit::wrong_ids)],
            "Sources that were shut out, each time.");
    counters(out, "repeater_hello_failures_total", "reason", e.introductions,
             "Peers whose first bytes were of no use.");
    counter(out, "repeater_proxy_header_failures_total", e.proxy_headers,
            "Connections of proxies without a PROXY header that could be read.");
    counters(out, "repeater_refused_total", "reason", e.refused,
             "Peers refused because of who waits under their ID, or at a door.");
    out.sample({{"reason", "ports_differ"}}, e.ports_differ);
    counters(out, "repeater_ids_refused_total", "reason", e.ids_refused,
             "Peers refused because --id-policy does not admit their ID.");
    counter(out, "repeater_id_conflicts_total", e.id_conflicts,
            "IDs whose newcomers were refused for a while, since too many sources claimed them.");
    family(out, "counter", "repeater_authorizations_total", "result",
           {{"refused", e.not_authorized}, {"failed", e.authorizations_failed}},
           "Peers that were asked about and not let in, and questions without an answer.");
}

void write_sessions(exposition& out, const numbers& n) {
    const auto& e = n.events;
    counter(out, "repeater_waits_total", e.waits, "Peers that began to wait for a partner.");
    family(out, "counter", "repeater_waits_ended_total", "how",
           {{"matched", e.matched},
            {"replaced", e.replaced},
            {"left", e.left},
            {"expired", e.expired},
            {"lapsed", e.lapsed},
            {"stopped", e.dismissed}},
           "Peers that wait no longer.");
    gauge(out, "repeater_sessions", n.server.sessions, "Live sessions.");
    family(out, "counter", "repeater_sessions_started_total", "by",
           {{"id", e.paired_by_id}, {"address", e.paired_by_dial}}, "Sessions that began.");
    counters(out, "repeater_sessions_ended_total", "how", e.ended,
             "Sessions that ended, by how the first of their directions did.");
    counter(out, "repeater_policies_broken_total", e.policies_broken,
            "Sessions that were refused or ended by their policy.");
    counter(out, "repeater_messages_dropped_total", e.dropped,
            "Messages of viewers that policies took out, of sessions that have ended.");
    std::uint64_t to_servers = 0;
    std::uint64_t to_viewers = 0;
    for (const auto& each : n.server.threads) {
        to_servers += each.from_viewers;
        to_viewers += each.from_servers;
    }
    family(out, "counter", "repeater_bytes_total", "to",
           {{"server", to_servers}, {"viewer", to_viewers}}, "Bytes carried.");
}

void write_dials(exposition& out, const event_counts& e) {
    out.family("repeater_dials_total", "counter", "Mode I: destinations that viewers named.");
    out.sample({{"result", "connected"}}, e.paired_by_dial);
    samples(out, "result", e.dials_refused);
    out.sample({{"result", "failed"}}, e.dials_failed);
    counters(out, "repeater_dial_attempt_failures_total", "reason", e.dial_attempts,
             "Mode I: addresses that gave no session.");
}

void write_threads(exposition& out, const server_numbers& n) {
    const auto name = [](std::size_t index) {
        return index == 0 ? std::string{"main"} : std::to_string(index);
    };
    out.family("repeater_thread_sessions", "gauge", "Live sessions, by the thread they are on.");
    for (std::size_t i = 0; i < n.threads.size(); ++i) {
        out.sample({{"thread", name(i)}}, n.threads[i].pairs);
    }
    out.family("repeater_thread_bytes_total", "counter", "Bytes carried, by thread.");
    for (std::size_t i = 0; i < n.threads.size(); ++i) {
        out.sample({{"thread", name(i)}}, n.threads[i].from_viewers + n.threads[i].from_servers);
    }
    counter(out, "repeater_handovers_total", n.handed_over,
            "Sessions that moved from the main thread to a worker.");
}

void write_sources(exposition& out, const server_numbers& n) {
    const auto& [peers, ids] = n.sources;
    family(out, "gauge", "repeater_sources", "table", {{"peers", peers.rows}, {"ids", ids.rows}},
           "Sources of connections of which something is known.");
    family(out, "counter", "repeater_sources_forgotten_total", "table",
           {{"peers", peers.forgotten}, {"ids", ids.forgotten}},
           "Sources that a new one took the place of.");
    family(out, "counter", "repeater_sources_unlimited_total", "table",
           {{"peers", peers.passed}, {"ids", ids.passed}},
           "Times that a source had no limits, as the table had no room.");
}

void write_process_itself(exposition& out, const numbers& n) {
    counter(out, "repeater_accept_failures_total", n.events.accept_failures,
            "Pauses in accepting for want of descriptors or memory, at most one in 10 s counted.");
    counter(out, "repeater_log_lines_lost_total", n.lines_lost,
            "Lines that the log could not write.");
    counter(out, "repeater_log_events_untold_total", n.events.untold,
            "Events that the log leaves out, since there were too many.");
    out.family("repeater_events_lost_total", "counter", "Events that an output did not get.");
    for (std::size_t i = 0; i < meter::output_names.size(); ++i) {
        auto name = meter::output_names[i];
        name.remove_prefix(std::string_view{"--event-"}.size());
        out.sample({{"output", name}}, n.events_lost[i]);
    }
    family(out, "counter", "repeater_reloads_total", "result",
           {{"done", n.events.reloads}, {"failed", n.events.reloads_failed}},
           "Times that the configuration was read again.");
    family(out, "counter", "repeater_upgrades_total", "result",
           {{"done", n.events.upgrades}, {"failed", n.events.upgrades_failed}},
           "Times that another process was to take over, or did.");
    counter(out, "repeater_defects_total", n.events.defects,
            "Sessions that ended by a defect of the repeater.");
}

} // namespace

std::string metrics_page(const numbers& n) {
    exposition out;
    out.family("repeater_build_info", "gauge", "Always 1; the version is a label.");
    out.sample({{"version", service::version}}, std::uint64_t{1});
    write_connections(out, n.server);
    write_refusals(out, n.events);
    write_sessions(out, n);
    write_dials(out, n.events);
    write_threads(out, n.server);
    write_sources(out, n.server);
    write_process_itself(out, n);
    service::write_process(out);
    return out.text();
}

} // namespace repeater
