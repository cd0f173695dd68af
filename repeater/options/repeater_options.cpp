// What each option is called, decides, and means when the file is read again.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/repeater_options.hpp"

#include "service/command_line.hpp"

#include <fmt/format.h>
#include <utility>

namespace repeater {

namespace {

const service::choices<mode1> mode1_names{
    {"off", mode1::off}, {"vnc", mode1::vnc}, {"list", mode1::list}, {"any", mode1::any}};
const service::choices<duplicate_policy> duplicate_names{{"replace", duplicate_policy::replace},
                                                         {"refuse", duplicate_policy::refuse},
                                                         {"queue", duplicate_policy::queue}};
const service::choices<rfb::id_match> match_names{{"word", rfb::id_match::word},
                                                  {"exact", rfb::id_match::exact}};
const service::choices<id_policy> policy_names{
    {"open", id_policy::open}, {"list", id_policy::list}, {"signed", id_policy::signed_id}};
const service::choices<log_format> format_names{
    {"compat", log_format::compat}, {"text", log_format::text}, {"json", log_format::json}};
const service::choices<id_form> id_names{{"hashed", id_form::hashed}, {"full", id_form::full}};
const service::choices<splicing> splice_names{
    {"auto", splicing::automatic}, {"on", splicing::on}, {"off", splicing::off}};
const service::choices<supervision> loop_names{
    {"off", supervision::off},       {"0", supervision::off},
    {"on", supervision::foreground}, {"1", supervision::foreground},
    {"bg", supervision::background},
};

constexpr auto footer =
    "-r, -R, -C take 1 or 0 as well, -L takes 1, 0 or BG, as in ultravnc_repeater.pl.\n"
    "Environment, also as an argument NAME=value: ULTRAVNC_REPEATER_LOGFILE, _PIDFILE,\n"
    "_CLIENT_PORT, _SERVER_PORT, _BUFSIZE, _LOOP, _NO_RFB, _CLEAN, _REFUSE, _DEBUG;\n"
    "BUFSIZE, as in its first version. Nothing as a value means not set.";

// The short names are the Perl's; to_long_arguments has already put them into long ones, and they
// stand here for the help.

void add_ports(service::option_list& options, config& c, raw_values& raw) {
    using enum service::on_reload;
    options.number("-c,--viewer-port", c.viewer_port, std::nullopt, needs_restart,
                   "Viewers connect here; 0 takes any free port");
    options.number("-s,--server-port", c.server_port, std::nullopt, needs_restart,
                   "VNC servers connect here");
    options.positional("client_port", raw.client_port, "As --viewer-port");
    options.positional("server_port", raw.server_port, "As --server-port");
    options.rest("surplus", raw.surplus);
    options
        .comma_list("--bind", raw.bind, "ADDR", needs_restart,
                    "Listen on this address only; * is every one; repeatable [*]")
        .decides(c.bind);
    options
        .list("--listen", raw.listen, "WHERE=SIDE", needs_restart,
              "Viewers or servers connect here as well: ADDR:PORT=viewer, unix:/PATH=server; at a "
              "Unix socket a PROXY header comes first (wsgate --send-proxy); repeatable [nowhere]")
        .decides(c.listen);
    options
        .list("--door", raw.doors, "WHERE=ID", needs_restart,
              "Ordinary viewers connect here, each for this ID: 5901=ID:lab7, "
              "127.0.0.1:5901=ID:lab7; from=NETWORK behind a blank keeps others out; repeatable "
              "[nowhere]")
        .decides(c.doors);
    options
        .list("--server-door", raw.server_doors, "WHERE=ID", needs_restart,
              "Servers that name no ID connect here, each for this one; as --door; repeatable "
              "[nowhere]")
        .decides(c.server_doors);
    options
        .text(
            "--unix-listen-mode", raw.unix_mode, "MODE", needs_restart,
            fmt::format("Who may connect to Unix sockets, as chmod(1) has it [{:#o}]", c.unix_mode))
        .decides(c.unix_mode);
    options
        .comma_list("--proxy-from", raw.proxy_from, "NETWORK", takes_effect,
                    "Who connects from there begins with a PROXY header; repeatable [nobody]")
        .decides(c.proxy_from);
}

void add_pairing(service::option_list& options, config& c, raw_values& raw) {
    using enum service::on_reload;
    const auto& refuse = options
                             .flag("-r,--refuse", raw.refuse, takes_effect,
                                   "Refuse a second peer with a waiting peer's ID")
                             .decides(c.duplicates);
    options
        .choice("--duplicates", c.duplicates, duplicate_names, "replace|refuse|queue", takes_effect,
                "What a second waiting peer means")
        .is_also(refuse);
    options.flag("-R,--no-rfb", raw.no_greeting, takes_effect, "Do not send RFB 000.000 to viewers")
        .decides(c.greet_viewers);
    options.flag("-C,--clean", raw.clean, takes_effect,
                 "Accepted; peers that left are always noticed at once");
    options.choice("--id-match", c.hello.match, match_names, "word|exact", takes_effect,
                   "How an ID is read");
    options
        .flag("--raw-id", raw.raw_id, takes_effect,
              "Viewers name an ID without ID: (Help-Channel); no Mode I")
        .decides(c.hello.match)
        .decides(c.mode1.mode);
    options.flag("--uvnc-alias", c.hello.uvnc_alias, takes_effect,
                 "IDs without case and leading zeros; below 100 means + 5900 (UltraVNC)");
    options.number("-b,--handshake-size", c.hello.size, service::between<int>{0, 65536},
                   takes_effect, "Bytes of the first block; 0: the first read");
    options.flag("--explain", c.explain, takes_effect,
                 "Tell viewers, in RFB, why they get no session [close silently]");
}

void add_ids(service::option_list& options, id_options& o) {
    using enum service::on_reload;
    options.choice("--id-policy", o.policy, policy_names, "open|list|signed", takes_effect,
                   "Which IDs are admitted");
    options
        .text("--id-file", o.file, "FILE", takes_effect,
              "--id-policy list: those of this file, one a line")
        .decides(o.file)
        .names_files(service::file_kind::secret);
    options
        .text("--id-key-file", o.key_file, "FILE", takes_effect,
              "--id-policy signed: the keys that repeater-id(8) signs with")
        .decides(o.key_file)
        .names_files(service::file_kind::secret);
}

void add_mode1(service::option_list& options, config& c, raw_values& raw) {
    using enum service::on_reload;
    options.choice("--mode1", c.mode1.mode, mode1_names, "off|vnc|list|any", takes_effect,
                   "Where viewers may send us by host:port");
    options
        .comma_list("--mode1-allow", raw.mode1_allow, "RANGE", takes_effect,
                    "May be dialled, as 10.0.0.0/8:5900-5999 or host.example:5901; repeatable")
        .decides(c.mode1.allow);
    options
        .comma_list("--mode1-deny", raw.mode1_deny, "RANGE", takes_effect,
                    "Must not be dialled, as 10.0.0.0/8 or 192.0.2.7:5900; wins; repeatable")
        .decides(c.mode1.deny);
}

void add_limits(service::option_list& options, config& c) {
    using enum service::on_reload;
    constexpr service::seconds_range some{service::shortest_time, 10 * service::a_day};
    constexpr service::seconds_range any{0.0, 10 * service::a_day};
    options.seconds("--handshake-timeout", c.limits.handshake, some, takes_effect,
                    "For a peer's first block");
    options.seconds("--proxy-timeout", c.limits.proxy_header, some, takes_effect,
                    "For the PROXY header of --proxy-from and of Unix sockets");
    options.seconds("--connect-timeout", c.limits.connect, some, takes_effect,
                    "Mode I: for connecting, whatever addresses a name has");
    options.seconds("--drain-timeout", c.limits.drain, any, takes_effect,
                    "After TERM, end the sessions that still live so long after it; 0: never");
    options.seconds("--viewer-wait", c.limits.viewer_wait, any, takes_effect,
                    "A viewer waits so long for its server; 0: for ever");
    options.seconds("--server-wait", c.limits.server_wait, any, takes_effect,
                    "A server waits so long for its viewer; 0: for ever");
    options.choice("--splice", c.splice, splice_names, "auto|on|off", needs_restart,
                   "Relay bulk through pipes, without copying");
    options.number("--threads", c.threads, service::between<int>{1, 1024}, needs_restart,
                   "Relay threads [one a core]");
}

void add_dials(service::option_list& options, limits& l) {
    using enum service::on_reload;
    constexpr service::seconds_range some{service::shortest_time, 10 * service::a_day};
    options.seconds("--greeting-timeout", l.greeting, some, takes_effect,
                    "Mode I: for the server's greeting, from connecting to it");
    options.seconds("--lookup-timeout", l.name_lookup, some, takes_effect,
                    "Mode I: for looking a name up");
    options.number("--lookups", l.lookups.at_once, service::between<std::size_t>{1, 1024},
                   takes_effect, "Mode I: names that are looked up at a time, each on a thread");
    options.number("--lookup-queue", l.lookups.queued, service::between<std::size_t>{0, 1'000'000},
                   takes_effect,
                   "Mode I: names that wait for their turn; with one more the viewer is refused");
}

void add_session_limits(service::option_list& options, session_limits& l) {
    using enum service::on_reload;
    constexpr service::seconds_range some{service::shortest_time, 10 * service::a_day};
    constexpr service::seconds_range any{0.0, 10 * service::a_day};
    options.seconds("--write-stall", l.write_stall, any, takes_effect,
                    "End a session whose peer takes nothing of what there is for it; 0: never");
    options.seconds("--session-idle", l.idle, any, takes_effect,
                    "End a session in which nothing is sent for so long; 0: never");
    options.seconds("--session-max", l.longest, any, takes_effect,
                    "End a session that has lasted for so long; 0: never");
    options.seconds("--linger", l.linger, some, takes_effect,
                    "End a session so long after one side has closed and nothing moves any more");
}

void add_bandwidth(service::option_list& options, limits& l, raw_values& raw) {
    using enum service::on_reload;
    options
        .text("--session-bandwidth", raw.session_bandwidth, "BYTES", takes_effect,
              "Relay so much a second for a session, each way, as 500K or 2M; 0: no limit [0]")
        .decides(l.session.bandwidth);
    options
        .text("--total-bandwidth", raw.total_bandwidth, "BYTES", takes_effect,
              "The same for all sessions together [0]")
        .decides(l.total_bandwidth);
}

void add_policies(service::option_list& options, config& c, raw_values& raw) {
    using enum service::on_reload;
    options
        .list(
            "--policy", raw.policies, "POLICY", takes_effect,
            "What sessions may carry, as 'lab-* view-only' or 'vendor-* clipboard=none files=no': "
            "the first whose pattern fits the ID holds; in a file a section of its own; "
            "repeatable [no policy]")
        .decides(c.policies);
    options.flag("--insight", c.has_insight, takes_effect,
                 "Read what sessions carry, and tell counts and sizes of it at their ends");
}

void add_tcp(service::option_list& options, net::tcp_options& o) {
    using enum service::on_reload;
    constexpr std::size_t longest = 32767; // of tcp(7)
    constexpr int most_probes = 127;
    options.whole_seconds("--keepalive-idle", o.keepalive_idle, {0, longest}, needs_restart,
                          "Ask a peer that is silent for so long whether it is there; 0: never");
    options.whole_seconds("--keepalive-interval", o.keepalive_interval, {1, longest}, needs_restart,
                          "... and again after so long, where it does not answer");
    options.number("--keepalive-probes", o.keepalive_probes, service::between<int>{1, most_probes},
                   needs_restart, "... so often, before it is gone");
    options.seconds(
        "--user-timeout", o.user_timeout, {0.0, 10 * service::a_day}, needs_restart,
        "A peer is gone that acknowledges nothing for so long; 0: as the system has it");
}

void add_counts(service::option_list& options, limit_options& o) {
    using enum service::on_reload;
    constexpr service::between<std::size_t> any{0, 10'000'000};
    const auto add = [&](const std::string& name, std::size_t& value, const std::string& help) {
        options.number("--max-" + name, value, any, takes_effect, help);
    };
    options.number("--max-connections", o.connections, any, takes_effect,
                   "Connections in all [nine tenths of the descriptors]");
    add("handshakes", o.handshakes.all, "That have not named an ID yet; then the oldest is closed");
    add("handshakes-per-source", o.handshakes.of_source, "The same of one source; 0: no limit");
    add("waiting-viewers", o.waiting_viewers.all, "Viewers that wait for their servers");
    add("waiting-viewers-per-source", o.waiting_viewers.of_source, "The same of one source");
    add("waiting-servers", o.waiting_servers.all, "Servers that wait for their viewers");
    add("waiting-servers-per-source", o.waiting_servers.of_source, "The same of one source");
    add("sessions", o.sessions.all, "Live sessions");
    add("sessions-per-source", o.sessions.of_source, "The same of one source");
    add("dials-per-source", o.dials_of_source, "Mode I: servers that are being dialled");
}

void add_sources(service::option_list& options, config& c, raw_values& raw) {
    using enum service::on_reload;
    auto& o = c.source_limits;
    constexpr service::between<std::size_t> lengths{1, 366 * 86400};
    add_counts(options, o);
    options.rate("--connection-rate", o.connecting, takes_effect,
                 "New connections of one source: so many, and so many at once; 0: no limit");
    options.rate("--dial-rate", o.dialling, takes_effect, "Mode I: dials for one source");
    options.rate("--wrong-ids", o.wrong_ids, takes_effect,
                 "IDs that viewers of one source may name and nobody waits for; then it is shut "
                 "out");
    options.whole_seconds("--first-ban", o.ban.first, lengths, takes_effect,
                          "For so long, and twice as long each further time");
    options.whole_seconds("--longest-ban", o.ban.longest, lengths, takes_effect,
                          "... but not longer than so");
    options.rate("--id-replacements", o.conflicts.replacements, takes_effect,
                 "How often other sources may take the place of who waits under one ID");
    options.whole_seconds("--id-conflict-time", o.conflicts.length, lengths, takes_effect,
                          "With one more, who waits stays, and others are refused for so long");
    options
        .comma_list("--source-exempt", raw.source_exempt, "NETWORK", takes_effect,
                    "Sources without limits of their own; none: every source has them; repeatable "
                    "[127.0.0.0/8,::1]")
        .decides(o.exempt);
}

void add_output(service::option_list& options, config& c) {
    using enum service::on_reload;
    options.text("-l,--log-file", c.log.file, "FILE", needs_restart,
                 "Append the log to this file [standard error]");
    options.choice("--log-format", c.log.format, format_names, "compat|text|json", needs_restart,
                   "The Perl's words, key=value lines, or JSON lines");
    options.choice("--log-ids", c.log.ids, id_names, "hashed|full", needs_restart,
                   "How text and JSON logs show IDs");
    options
        .text(
            "--log-key-file", c.log.key_file, "FILE", needs_restart,
            "Hash IDs, in logs and events, with the key of this file [a new one for each process]")
        .decides(c.log.key_file)
        .names_files(service::file_kind::secret);
    options.log_level(c.log.level, needs_restart, "What text and JSON logs tell");
    options.text("-p,--pid-file", c.pid_file, "FILE", needs_restart, "Write our process id there");
}

void add_events(service::option_list& options, config& c, raw_values& raw) {
    using enum service::on_reload;
    options.text("--event-file", c.events.file, "FILE", needs_restart,
                 "Append events to this file, as JSON lines");
    options
        .text("--event-exec", raw.event_exec, "COMMAND", needs_restart,
              "Run this command for each event, its JSON on standard input")
        .decides(c.events.exec);
    options.text("--event-url", raw.event_url, "URL", needs_restart, "POST each event's JSON there")
        .decides(c.events.url);
    options.choice("--event-ids", c.events.ids, id_names, "hashed|full", needs_restart,
                   "How events show IDs");
}

void add_authorizing(service::option_list& options, authorize_options& o, raw_values& raw) {
    using enum service::on_reload;
    options
        .text("--authorize-exec", raw.authorize_exec, "COMMAND", needs_restart,
              "Ask this command about each peer that names an ID: JSON on standard input, the "
              "answer on standard output")
        .decides(o.exec);
    options
        .text("--authorize-url", raw.authorize_url, "URL", needs_restart,
              "Ask a web service instead, by POST")
        .decides(o.url);
    options.seconds("--authorize-timeout", o.limit, {service::shortest_time, 60.0},
                    needs_restart, // NOLINT(*-magic-numbers)
                    "For an answer");
    options.choice("--authorize-failure", o.failure,
                   service::choices<without_answer>{{"refuse", without_answer::refuse},
                                                    {"allow", without_answer::allow}},
                   "refuse|allow", needs_restart, "What no answer means");
}

void add_running(service::option_list& options, config& c, raw_values& raw) {
    using enum service::on_reload;
    options.choice("-L,--loop", c.loop, loop_names, "off|on|bg", needs_restart,
                   "Start again whenever it ends; bg: in the background");
    options.flag("--keeper", c.has_keeper, needs_restart,
                 "A parent process keeps who waits when the repeater crashes; -L has one");
    service::add_rights_options(options, c.rights, needs_restart);
    options.flag("--debug", c.debug, needs_restart, "Say where and how it was started");
    options.flag(service::check_names, raw.check, never, "Only check all of this");
    options.text("--config", c.file, "FILE", never,
                 "Read options from this file: their long names, = value");
}

/// The Perl stopped reading options at the first port, so that they had no effect until now.
void warn_of_late_options(const service::option_list& options, std::vector<std::string>& warnings) {
    bool behind_port = false;
    for (const auto* const option : options.given()) {
        const bool is_the_perls =
            option->short_names().find_first_of("lpcsLRCr") != std::string::npos;
        behind_port = behind_port || option->is_positional();
        if (behind_port && is_the_perls) {
            warnings.push_back(
                "option behind a port, which ultravnc_repeater.pl ignored, is obeyed: " +
                option->name());
        }
    }
}

} // namespace

repeater_options::repeater_options(config& c)
    : c_(c), list_({.name = "ultravnc_repeater",
                    .purpose = "Joins VNC viewers and VNC servers that name the same ID.",
                    .footer = footer,
                    .twice = service::repeated::last_one_counts,
                    .nothing_is_not_set = true}) {
    add_ports(list_, c, raw_);
    add_pairing(list_, c, raw_);
    add_ids(list_, c.ids);
    add_mode1(list_, c, raw_);
    add_limits(list_, c);
    add_dials(list_, c.limits);
    add_session_limits(list_, c.limits.session);
    add_bandwidth(list_, c.limits, raw_);
    add_policies(list_, c, raw_);
    add_tcp(list_, c.tcp);
    add_sources(list_, c, raw_);
    add_output(list_, c);
    add_events(list_, c, raw_);
    add_authorizing(list_, c.authorize, raw_);
    service::add_admin_options(list_, raw_.admin, c.admin);
    add_running(list_, c, raw_);
}

void repeater_options::parse(std::vector<std::string> words) {
    list_.parse(std::move(words));
}

void repeater_options::finish() {
    warn_of_late_options(list_, c_.warnings);
    take_over(raw_, c_);
}

std::string keep_what_needs_a_restart(const config& now, config& next) {
    auto then = now;
    return service::keep_what_needs_a_restart(repeater_options(then).list(),
                                              repeater_options(next).list());
}

} // namespace repeater
