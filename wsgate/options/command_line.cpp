// By CLI11: every option described once, the file turned into words of a command line.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/command_line.hpp"

#include "service/choice_option.hpp"
#include "service/config_file.hpp"
#include "service/log_level_option.hpp"
#include "service/read_file.hpp"
#include "service/seconds_option.hpp"
#include "service/version.hpp"
#include "wsgate/options/access_flags.hpp"
#include "wsgate/options/admin_flags.hpp"
#include "wsgate/options/listen_flags.hpp"
#include "wsgate/options/missing_value.hpp"
#include "wsgate/options/process_flags.hpp"
#include "wsgate/options/proxy_flags.hpp"
#include "wsgate/options/session_flags.hpp"
#include "wsgate/options/tls_flags.hpp"
#include "wsgate/options/websockify_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <sstream>
#include <stdexcept>
#include <sysexits.h>
#include <thread>

namespace wsgate {

namespace {

constexpr auto min_frame = 128;
constexpr auto max_frame = 65536;

const service::choices<dial_time> dial_names{{"first-data", dial_time::first_data},
                                             {"at-once", dial_time::at_once}};
const service::choices<std::string> frame_names{{"deny", "DENY"}, {"sameorigin", "SAMEORIGIN"}};
const service::choices<service::log_format> format_names{{"text", service::log_format::text},
                                                         {"json", service::log_format::json}};

void add_web(CLI::App& app, config& c) {
    app.add_option("--web", c.web, "Serve the files below this directory, e.g. noVNC [none]")
        ->type_name("DIR");
    app.add_option_function<std::uint32_t>(
           "--cache-max-age", [&c](std::uint32_t s) { c.files.max_age = std::chrono::seconds{s}; },
           "How long browsers may use a file without asking again; HTML they always ask for "
           "[3600]")
        ->type_name("SECONDS")
        ->check(CLI::Range(0U, 31'536'000U));
    service::add_choice(
        app, "--frame-options", c.files.frame_options, frame_names, "DENY|SAMEORIGIN",
        "Keep other sites from showing the page in a frame of theirs: X-Frame-Options "
        "[not sent]");
}

void add_limits(CLI::App& app, config& c) {
    constexpr service::seconds_range some{service::shortest_time, service::a_day};
    constexpr service::seconds_range any{0.0, service::a_day};
    service::add_seconds(app, "--handshake-timeout", c.limits.handshake, some,
                         "From accept to the whole request, TLS included [10]");
    service::add_seconds(app, "--connect-timeout", c.limits.connect, some,
                         "For each address of a target [10]");
    service::add_seconds(app, "--ping-interval", c.bridge.ping, any,
                         "Ping a client after so much silence toward it; 0: never [25]");
    service::add_seconds(app, "--pong-timeout", c.pong_timeout, any,
                         "Close a viewer that is mute so long after a ping; 0: never "
                         "[twice --ping-interval]");
    service::add_seconds(
        app, "--session-idle", c.bridge.idle, any,
        "Close a session in which no data moves so long; pings are none; 0: never [0]");
    service::add_choice(
        app, "--dial", c.server_dial, dial_names, "first-data|at-once",
        "When a session on /wsServer gets its target: at once, or with its first data, "
        "as the repeater gives nobody long to introduce himself [first-data]");
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
    service::add_choice(app, "--log-format", c.log_format, format_names, "text|json",
                        "key=value lines, or JSON [text]");
    service::add_log_level(app, c.log_level, "The least important that is logged [info]");
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

/// Throws CLI::ValidationError.
void check_path(const config& c, const char* option, const std::string& path) {
    const bool is_route = std::any_of(c.routes.begin(), c.routes.end(),
                                      [&](const route& each) { return each.path == path; });
    if (!is_route && path != c.path_of(visitor::server) && path != c.path_of(visitor::viewer)) {
        throw CLI::ValidationError(option, path + " is the path of no route");
    }
}

template <class T>
void check_paths(const config& c, const char* option, const per_path<T>& rules) {
    for (const auto& [path, rule] : rules.by_path) {
        check_path(c, option, path);
    }
}

/// A rule that holds nowhere protects nothing. Throws CLI::ValidationError.
void check_paths(const config& c) {
    check_paths(c, "--origin", c.access.origins);
    check_paths(c, "--auth-file", c.access.passwords);
    check_paths(c, "--verify-client", c.client_rules);
    check_paths(c, "--send-proxy", c.proxy.send);
    for (const auto& path : c.session.status_paths) {
        check_path(c, "--legacy-status", path);
    }
    for (const auto& path : c.access.token_paths) {
        check_path(c, "--token-path", path);
    }
}

constexpr auto footer =
    "Addresses of IPv6 are in brackets: [::1]:6080.\n"
    "Signals: TERM or INT closes the sessions and exits with 0; a second one exits at once.\n"
    "HUP opens the log file and the directory of --web anew, and reads the file of --config,\n"
    "passwords, tokens, certificates and keys again.\n"
    "USR1 writes the sessions that there are into the log.\n"
    "Exit codes: 64 wrong command line, 71 cannot listen, 78 unusable file.";

/// The options, and what was said of them.
class command_line {
public:
    command_line() {
        c_.threads = std::max(1U, std::thread::hardware_concurrency());
        app_.set_version_flag("--version", std::string{"wsgate "} + service::version);
        app_.footer(footer);
        app_.add_option("--config", c_.file,
                        "Read options from this file, too: lines NAME = VALUE, with their long "
                        "names without the dashes; the command line wins [none]")
            ->type_name("FILE")
            ->configurable(false);
        add_listen_options(app_, listen_);
        add_web(app_, c_);
        add_tls_options(app_, tls_, c_.tls, c_.target_tls);
        add_access_options(app_, access_, c_.access);
        add_proxy_options(app_, proxy_, c_.proxy);
        add_admin_options(app_, admin_);
        add_session_options(app_, c_.session, c_.bridge.text);
        add_limits(app_, c_);
        add_log(app_, c_);
        add_process_options(app_, c_.process);
        add_websockify_options(app_, websockify_);
    }

    /// Throws CLI::ParseError.
    void parse(std::vector<std::string> words) {
        refuse_missing_values(words);
        words = plain_words(std::move(words));
        std::reverse(words.begin(), words.end()); // CLI11 takes them from the back
        app_.parse(std::move(words));
    }

    /// After parse(). Throws CLI::ValidationError.
    [[nodiscard]] config finish() {
        take_over(listen_, c_);
        take_over(access_, c_.access);
        if (access_.token_paths.empty()) {
            take_token_paths(c_);
        }
        take_over(proxy_, c_.proxy);
        take_over(admin_, c_.admin);
        c_.tls.system_client_cas = websockify_.is_meant() && c_.tls.client_ca_file.empty();
        take_over(tls_, c_.tls, c_.client_rules);
        take_over(websockify_, c_);
        if (app_.count("--pong-timeout") == 0) {
            // Two pings without an answer; websockify's clients need not answer any.
            c_.pong_timeout = (websockify_.is_meant() ? 0 : 2) * c_.bridge.ping;
        }
        check_speech(c_);
        check_paths(c_);
        return std::move(c_);
    }

    [[nodiscard]] const std::string& file() const { return c_.file; }

    /// One that files may have; null: there is none.
    [[nodiscard]] const CLI::Option* find(const std::string& name) const {
        const auto* const found = app_.get_option_no_throw("--" + name);
        return found != nullptr && found->get_configurable() ? found : nullptr;
    }

    [[nodiscard]] std::string answer(const CLI::Success& asked) const {
        std::ostringstream text;
        app_.exit(asked, text, text);
        return text.str();
    }

private:
    config c_;
    raw_listen listen_;
    raw_access access_;
    raw_proxy proxy_;
    raw_tls tls_;
    raw_admin admin_;
    raw_websockify websockify_;
    CLI::App app_{"Carries VNC between browsers' WebSockets and a repeater's TCP ports.", "wsgate"};
};

class unusable_file : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

std::vector<service::setting> read_settings(const std::string& file) {
    constexpr std::size_t largest = std::size_t{1024} * 1024;
    const auto text = service::read_file(file, largest);
    if (!text) {
        throw unusable_file(
            fmt::format("--config: cannot read {}: {}", file, service::last_error_text()));
    }
    auto parsed = service::parse_settings(*text);
    if (const auto* bad = std::get_if<service::bad_setting>(&parsed)) {
        throw unusable_file(fmt::format("{}:{}: {}", file, bad->line, bad->why));
    }
    return std::get<std::vector<service::setting>>(std::move(parsed));
}

/// As it would be on a command line; tried by itself, so that its line can be named.
std::string word_of(const service::setting& s, const std::string& file, const command_line& said) {
    if (said.find(s.name) == nullptr) {
        throw unusable_file(fmt::format("{}:{}: no such option: {}", file, s.line, s.name));
    }
    auto word = s.value.empty() ? "--" + s.name : fmt::format("--{}={}", s.name, s.value);
    try {
        command_line alone;
        alone.parse({word});
    } catch (const CLI::ParseError& e) {
        throw unusable_file(fmt::format("{}:{}: {}", file, s.line, e.what()));
    }
    return word;
}

/// What the command line says of an option holds, and not what the file says of it.
std::vector<std::string> words_of(const std::vector<service::setting>& settings,
                                  const std::string& file, const command_line& said) {
    std::vector<std::string> words;
    for (const auto& each : settings) {
        auto word = word_of(each, file, said);
        if (said.find(each.name)->count() == 0) {
            words.push_back(std::move(word));
        }
    }
    return words;
}

/// Names the line that a complaint is about, where there is one.
void blame(const CLI::ParseError& e, const std::vector<service::setting>& settings,
           const std::string& file) {
    const std::string_view what = e.what();
    for (const auto& each : settings) {
        if (what.starts_with(fmt::format("--{}: ", each.name)) &&
            what.find(each.value) != std::string_view::npos) {
            throw unusable_file(fmt::format("{}:{}: {}", file, each.line, what));
        }
    }
}

/// Throws CLI::ParseError or unusable_file.
config configure(std::vector<std::string> words) {
    command_line said;
    said.parse(words);
    const auto file = said.file();
    if (file.empty()) {
        return said.finish();
    }
    const auto settings = read_settings(file);
    const auto more = words_of(settings, file, said);
    words.insert(words.begin(), more.begin(), more.end());
    try {
        command_line both;
        both.parse(std::move(words));
        return both.finish();
    } catch (const CLI::ParseError& e) {
        blame(e, settings, file);
        throw;
    }
}

service::early_exit complaint(std::string_view what, int exit_code) {
    return {fmt::format("wsgate: {} (--help lists the options)\n", what), exit_code};
}

} // namespace

std::variant<config, service::early_exit> parse_command_line(int argc, const char* const* argv) {
    const std::vector<std::string> words{argv + std::min(argc, 1), argv + argc};
    const bool checks = std::find(words.begin(), words.end(), "--check") != words.end();
    try {
        return configure(words);
    } catch (const CLI::Success& asked) {
        return service::early_exit{command_line().answer(asked), 0};
    } catch (const CLI::ParseError& e) {
        return complaint(e.what(), checks ? EX_CONFIG : EX_USAGE);
    } catch (const unusable_file& e) {
        return complaint(e.what(), EX_CONFIG);
    }
}

} // namespace wsgate
