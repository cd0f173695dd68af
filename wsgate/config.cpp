// The command line, by CLI11.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/config.hpp"

#include "wsgate/option_access.hpp"
#include "wsgate/option_admin.hpp"
#include "wsgate/option_listen.hpp"
#include "wsgate/option_process.hpp"
#include "wsgate/option_proxy.hpp"
#include "wsgate/option_tls.hpp"
#include "wsgate/version.hpp"
#include "wsgate/websockify_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <thread>

namespace wsgate {

namespace {

constexpr int usage_error = 64; // EX_USAGE, sysexits(3)
constexpr auto min_frame = 128;
constexpr auto max_frame = 65536;

template <class Enum>
using names = std::map<std::string, Enum>;

const names<dial_time> dial_names{{"first-data", dial_time::first_data},
                                  {"at-once", dial_time::at_once}};
const names<log_format> format_names{{"text", log_format::text}, {"json", log_format::json}};
const names<net::log_level> level_names{{"debug", net::log_level::debug},
                                        {"info", net::log_level::info},
                                        {"warn", net::log_level::warn},
                                        {"error", net::log_level::error}};

void add_web(CLI::App& app, config& c) {
    app.add_option("--web", c.web, "Serve the files below this directory, e.g. noVNC [none]")
        ->type_name("DIR");
}

void add_limits(CLI::App& app, config& c) {
    const auto seconds = [&app](const char* name, std::chrono::milliseconds& value,
                                const char* what, double least) {
        app.add_option_function<double>(
               name,
               [&value](double s) { value = std::chrono::milliseconds(std::llround(s * 1000)); },
               what)
            ->type_name("SECONDS")
            ->check(CLI::Range(least, 86400.0));
    };
    constexpr double some = 0.001;
    seconds("--handshake-timeout", c.limits.handshake,
            "From accept to the whole request, TLS included [10]", some);
    seconds("--connect-timeout", c.limits.connect, "For each address of a target [10]", some);
    seconds("--ping-interval", c.bridge.ping,
            "Ping a client after so much silence toward it; 0: never [25]", 0);
    seconds("--pong-timeout", c.pong_timeout,
            "Close a viewer that is mute so long after a ping; 0: never [50]", 0);
    seconds("--session-idle", c.bridge.idle,
            "Close a session in which no data moves so long; pings are none; 0: never [0]", 0);
    app.add_option("--dial", c.server_dial,
                   "When a session on /wsServer gets its target: at-once, or with its first-data, "
                   "as the repeater gives nobody long to introduce himself [first-data]")
        ->transform(CLI::CheckedTransformer(dial_names).description("first-data|at-once"));
    app.add_option("--max-frame", c.bridge.max_frame,
                   "Payload bytes of a frame toward clients, at most [65536]")
        ->check(CLI::Range(min_frame, max_frame));
    app.add_option("--threads", c.threads, "Threads that carry sessions [one a core]")
        ->check(CLI::Range(1, 1024));
}

void add_log(CLI::App& app, config& c) {
    app.add_option("--log-file", c.log_file, "Append the log to this file [standard error]")
        ->type_name("FILE");
    app.add_option("--syslog", c.syslog,
                   "Send the log to a syslog daemon: its socket, such as /dev/log, or HOST:PORT of "
                   "UDP [none]")
        ->type_name("WHERE");
    app.add_option("--log-format", c.log_format, "key=value lines, or JSON [text]")
        ->transform(CLI::CheckedTransformer(format_names).description("text|json"));
    app.add_option("--log-level", c.log_level, "The least important that is logged [info]")
        ->transform(CLI::CheckedTransformer(level_names).description("debug|info|warn|error"));
}

/// By default a token is needed wherever viewers come.
void take_token_paths(config& c) {
    auto& paths = c.access.token_paths;
    paths.clear();
    for (const auto& each : c.routes) {
        if (each.who == visitor::viewer) {
            paths.push_back(each.path);
        }
    }
    const auto of_any_path = c.path_of(visitor::viewer); // also where no route has it any more
    if (std::find(paths.begin(), paths.end(), of_any_path) == paths.end()) {
        paths.push_back(of_any_path);
    }
}

/// Throws CLI::ValidationError.
void check_speech(const config& c) {
    for (const auto& each : c.listen) {
        const bool needs_tls = each.speaks == speech::tls || each.speaks == speech::sniffed;
        if (needs_tls && c.tls.certificates.empty()) {
            throw CLI::ValidationError("--listen", "TLS needs --cert FILE --key FILE");
        }
    }
}

constexpr auto footer =
    "Addresses of IPv6 are in brackets: [::1]:6080.\n"
    "Signals: TERM or INT closes the sessions and exits with 0; a second one exits at once.\n"
    "HUP opens the log file anew, and reads passwords, tokens, certificates and keys again.\n"
    "USR1 writes the sessions that there are into the log.\n"
    "Exit codes: 64 wrong command line, 71 cannot listen, 78 unusable file.";

} // namespace

std::variant<config, farewell> parse_command_line(int argc, const char* const* argv) {
    config c;
    c.threads = std::max(1U, std::thread::hardware_concurrency());
    raw_listen listen;
    raw_access access;
    raw_proxy proxy;
    raw_tls tls;
    raw_admin admin;
    raw_websockify websockify;
    CLI::App app{"Carries VNC between browsers' WebSockets and a repeater's TCP ports.", "wsgate"};
    app.set_version_flag("--version", std::string{"wsgate "} + version);
    app.footer(footer);
    add_listen_options(app, listen);
    add_web(app, c);
    add_tls_options(app, tls, c.tls, c.target_tls);
    add_access_options(app, access, c.access);
    add_proxy_options(app, proxy, c.proxy);
    add_admin_options(app, admin);
    add_limits(app, c);
    add_log(app, c);
    add_process_options(app, c.process);
    add_websockify_options(app, websockify);
    try {
        auto words = plain_words({argv + std::min(argc, 1), argv + argc});
        std::reverse(words.begin(), words.end()); // CLI11 takes them from the back
        app.parse(std::move(words));
        take_over(listen, c);
        take_over(access, c.access);
        if (access.token_paths.empty()) {
            take_token_paths(c);
        }
        take_over(proxy, c.proxy);
        take_over(admin, c.admin);
        c.tls.system_client_cas = websockify.is_meant() && c.tls.client_ca_file.empty();
        take_over(tls, c.tls, c.client_rules);
        take_over(websockify, c);
        check_speech(c);
        if (c.process.run_once) {
            c.access.sessions.all = 1;
        }
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            std::ostringstream text;
            app.exit(e, text, text);
            return farewell{text.str(), 0};
        }
        return farewell{"wsgate: " + std::string{e.what()} + " (--help lists the options)\n",
                        usage_error};
    }
    return c;
}

} // namespace wsgate
