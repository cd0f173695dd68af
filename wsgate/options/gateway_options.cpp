// Puts the groups of options together, in the order of --help.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/gateway_options.hpp"

#include "wsgate/options/cross_checks.hpp"
#include "wsgate/options/limit_flags.hpp"
#include "wsgate/options/log_flags.hpp"
#include "wsgate/options/process_flags.hpp"
#include "wsgate/options/session_flags.hpp"

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

constexpr auto footer =
    "Addresses of IPv6 are in brackets: [::1]:6080.\n"
    "Signals: TERM or INT closes the sessions and exits with 0; a second one exits at once.\n"
    "HUP opens the log file anew, and reads the file of --config, passwords, tokens,\n"
    "certificates and keys again.\n"
    "USR1 writes the sessions that there are into the log.\n"
    "Exit codes: 64 wrong command line, 71 cannot listen, 78 unusable file.";

/// Where no option names paths for tokens, a token is needed on every viewers' path.
void take_token_paths(config& c) {
    auto& paths = c.access.token_paths;
    paths.clear();
    for (const auto& each : c.routes) {
        if (each.who == visitor::viewer) {
            paths.push_back(each.path);
        }
    }
    const auto of_any_path = c.path_of(visitor::viewer); // needed for listeners that take any path
    if (std::find(paths.begin(), paths.end(), of_any_path) == paths.end()) {
        paths.push_back(of_any_path);
    }
}

} // namespace

gateway_options::gateway_options(config& c)
    : c_(c),
      list_({"wsgate", "Carries VNC between browsers' WebSockets and a repeater's TCP ports.",
             footer, true, service::repeated::decided_later}) {
    list_
        .text("--config", c.file, "FILE", service::on_reload::never,
              "Read options from this file, too: lines NAME = VALUE, with their long "
              "names without the dashes; the command line wins [none]")
        .names_files(service::file_kind::secret);
    add_listen_options(list_, listen_, c);
    add_web_options(list_, web_, c);
    add_tls_options(list_, tls_, c.tls, c.client_rules, c.target_tls);
    add_access_options(list_, access_, c.access);
    add_proxy_options(list_, proxy_, c.proxy);
    service::add_admin_options(list_, admin_, c.admin);
    add_session_options(list_, c.session, c.bridge.text);
    add_limit_options(list_, c);
    add_log_file(list_, c.log_file);
    add_syslog(list_, c.syslog);
    add_log_lines(list_, c.log_format, c.log_level);
    add_process_options(list_, c.process);
    add_websockify_options(list_, websockify_, c);
    pong_timeout_ = list_.find_for_file("pong-timeout");
}

void gateway_options::parse(std::vector<std::string> words) {
    service::refuse_missing_values(words);
    list_.parse(plain_words(std::move(words)));
    if (!websockify_.is_meant()) { // Python's parsers take the last one
        list_.refuse_repeated();
    }
}

/// These add up in our own form. Python's parsers take the last one.
void gateway_options::keep_last_of_repeated() {
    for (auto* const values : {&tls_.certificates, &tls_.keys, &listen_.unix_listen}) {
        if (values->size() > 1) {
            values->erase(values->begin(), values->end() - 1);
        }
    }
}

void gateway_options::finish() {
    if (websockify_.is_meant()) {
        keep_last_of_repeated();
    }
    take_over(listen_, c_);
    take_over(web_, c_);
    take_over(access_, c_.access);
    if (access_.token_paths.empty()) {
        take_token_paths(c_);
    }
    if (!c_.access.passwords.all.plain.empty()) {
        c_.warnings.emplace_back("--auth-source holds a password, which can be seen in the list of "
                                 "processes: prefer --auth-file");
    }
    take_over(proxy_, c_.proxy);
    take_over(admin_, c_.admin);
    c_.tls.system_client_cas = websockify_.is_meant() && c_.tls.client_ca_file.empty();
    take_over(tls_, c_.tls, c_.client_rules);
    take_over(websockify_, c_);
    if (pong_timeout_->count() == 0) {
        // By default, the time of two pings; no limit in websockify's form, whose clients need not
        // answer pings.
        c_.pong_timeout = (websockify_.is_meant() ? 0 : 2) * c_.bridge.ping;
    }
    check_speech(c_);
    check_paths(c_);
    for (const auto& each : list_.all()) {
        const auto files = each.named_files();
        c_.own_files.insert(c_.own_files.end(), files.begin(), files.end());
    }
}

std::string keep_what_needs_a_restart(const config& now, config& next) {
    auto then = now;
    return service::keep_what_needs_a_restart(gateway_options(then).list(),
                                              gateway_options(next).list());
}

} // namespace wsgate
