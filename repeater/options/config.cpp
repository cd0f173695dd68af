// The options, by CLI11.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/config.hpp"

#include "repeater/options/option_file.hpp"
#include "repeater/options/web_request.hpp"
#include "service/choice_option.hpp"
#include "service/log_level_option.hpp"
#include "service/seconds_option.hpp"
#include "service/version.hpp"

#include <CLI/CLI.hpp>
#include <boost/tokenizer.hpp>

#include <algorithm>
#include <memory>
#include <sstream>
#include <sysexits.h>
#include <thread>

namespace repeater {

namespace {

/// Values as text or number, before they become types of ours.
struct raw_values {
    std::string client_port; ///< by position
    std::string server_port;
    std::vector<std::string> surplus; ///< words behind the ports, which the Perl ignored
    std::vector<std::string> bind;
    std::vector<std::string> proxy_from;
    std::vector<std::string> mode1_allow;
    std::vector<std::string> mode1_deny;
    std::string event_exec;
    std::string event_url;
    bool no_greeting = false;
    bool refuse = false;
    bool raw_id = false;
    bool clean = false; // the Perl's sweep: what it did now and then we do at once
};

const service::choices<mode1> mode1_names{
    {"off", mode1::off}, {"vnc", mode1::vnc}, {"list", mode1::list}, {"any", mode1::any}};
const service::choices<duplicate_policy> duplicate_names{{"replace", duplicate_policy::replace},
                                                         {"refuse", duplicate_policy::refuse},
                                                         {"queue", duplicate_policy::queue}};
const service::choices<rfb::id_match> match_names{{"word", rfb::id_match::word},
                                                  {"exact", rfb::id_match::exact}};
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

void add_list(CLI::App& app, const char* option, std::vector<std::string>& values, const char* type,
              const char* what) {
    app.add_option(option, values, what)
        ->type_name(type)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// The short names are the Perl's; to_long_arguments has already put them into long ones, and they
// stand here for the help.

void add_ports(CLI::App& app, config& c, raw_values& raw) {
    app.add_option("-c,--viewer-port", c.viewer_port,
                   "Viewers connect here; 0 takes any free port [5900]");
    app.add_option("-s,--server-port", c.server_port, "VNC servers connect here [5500]");
    app.add_option("client_port", raw.client_port, "As --viewer-port")->configurable(false);
    app.add_option("server_port", raw.server_port, "As --server-port")->configurable(false);
    app.add_option("surplus", raw.surplus)->configurable(false)->group("");
    add_list(app, "--bind", raw.bind, "ADDR", "Listen on this address only; repeatable [all]");
    add_list(app, "--proxy-from", raw.proxy_from, "NETWORK",
             "Who connects from there begins with a PROXY header; repeatable [nobody]");
}

void add_pairing(CLI::App& app, config& c, raw_values& raw) {
    app.add_flag("-r,--refuse", raw.refuse, "Refuse a second peer with a waiting peer's ID");
    service::add_choice(app, "--duplicates", c.duplicates, duplicate_names, "replace|refuse|queue",
                        "What a second waiting peer means [replace]");
    app.add_flag("-R,--no-rfb", raw.no_greeting, "Do not send RFB 000.000 to viewers");
    app.add_flag("-C,--clean", raw.clean, "Accepted; peers that left are always noticed at once");
    service::add_choice(app, "--id-match", c.hello.match, match_names, "word|exact",
                        "How an ID is read [word]");
    app.add_flag("--raw-id", raw.raw_id,
                 "Viewers name an ID without ID: (Help-Channel); no Mode I");
    app.add_flag("--uvnc-alias", c.hello.uvnc_alias,
                 "IDs without case and leading zeros; below 100 means + 5900 (UltraVNC)");
    app.add_option("-b,--handshake-size", c.hello.size,
                   "Bytes of the first block; 0: the first read [250]")
        ->check(CLI::Range(0, 65536));
    app.add_flag("--explain", c.explain,
                 "Tell viewers, in RFB, why they get no session [close silently]");
}

void add_mode1(CLI::App& app, config& c, raw_values& raw) {
    service::add_choice(app, "--mode1", c.mode1.mode, mode1_names, "off|vnc|list|any",
                        "Where viewers may send us by host:port [vnc]");
    add_list(app, "--mode1-allow", raw.mode1_allow, "RANGE",
             "May be dialled, as 10.0.0.0/8:5900-5999 or host.example:5901; repeatable");
    add_list(app, "--mode1-deny", raw.mode1_deny, "RANGE",
             "Must not be dialled, as 10.0.0.0/8 or 192.0.2.7:5900; wins; repeatable");
}

void add_limits(CLI::App& app, config& c) {
    constexpr service::seconds_range some{service::shortest_time, 10 * service::a_day};
    constexpr service::seconds_range any{0.0, 10 * service::a_day};
    service::add_seconds(app, "--handshake-timeout", c.limits.handshake, some,
                         "For a peer's first block [10]");
    service::add_seconds(app, "--proxy-timeout", c.limits.proxy_header, some,
                         "For the PROXY header of --proxy-from [3]");
    service::add_seconds(app, "--connect-timeout", c.limits.connect, some,
                         "Mode I: for each address [10]");
    service::add_seconds(app, "--linger", c.limits.linger, some,
                         "For what is left when one side has closed [1]");
    service::add_seconds(app, "--viewer-wait", c.limits.viewer_wait, any,
                         "A viewer waits so long for its server; 0: for ever [0]");
    service::add_seconds(app, "--server-wait", c.limits.server_wait, any,
                         "A server waits so long for its viewer; 0: for ever [0]");
    service::add_choice(app, "--splice", c.splice, splice_names, "auto|on|off",
                        "Relay bulk through pipes, without copying [auto]");
    app.add_option("--threads", c.threads, "Relay threads [one a core]")
        ->check(CLI::Range(1, 1024));
}

void add_output(CLI::App& app, config& c) {
    app.add_option("-l,--log-file", c.log.file, "Append the log to this file [standard error]")
        ->type_name("FILE");
    service::add_choice(app, "--log-format", c.log.format, format_names, "compat|text|json",
                        "The Perl's words, key=value lines, or JSON lines [compat]");
    service::add_choice(app, "--log-ids", c.log.ids, id_names, "hashed|full",
                        "How text and JSON logs show IDs [hashed]");
    service::add_log_level(app, c.log.level, "What text and JSON logs tell [info]");
    app.add_option("-p,--pid-file", c.pid_file, "Write our process id there")->type_name("FILE");
}

void add_events(CLI::App& app, config& c, raw_values& raw) {
    app.add_option("--event-file", c.events.file, "Append events to this file, as JSON lines")
        ->type_name("FILE");
    app.add_option("--event-exec", raw.event_exec,
                   "Run this command for each event, its JSON on standard input")
        ->type_name("COMMAND");
    app.add_option("--event-url", raw.event_url, "POST each event's JSON there")->type_name("URL");
    service::add_choice(app, "--event-ids", c.events.ids, id_names, "hashed|full",
                        "How events show IDs [hashed]");
}

void add_running(CLI::App& app, config& c) {
    service::add_choice(app, "-L,--loop", c.loop, loop_names, "off|on|bg",
                        "Start again whenever it ends; bg: in the background [off]");
    app.add_flag("--debug", c.debug, "Say where and how it was started");
    // Where it stands, configure() does no more than that.
    app.add_flag_function(
           "--check-config", [](std::int64_t) {}, "Only check all of this")
        ->configurable(false);
}

std::uint16_t positional_port(const std::string& text, std::uint16_t otherwise) {
    if (text.empty() || text == "0") {
        return otherwise;
    }
    std::uint16_t port = 0;
    if (!CLI::detail::lexical_cast(text, port) || port == 0) {
        throw CLI::ValidationError(text + " is not a port number (1 to 65535)");
    }
    return port;
}

/// Words between blanks; quotes and backslashes as a shell has them.
std::vector<std::string> split_command(const std::string& command) {
    std::vector<std::string> words;
    try {
        const boost::tokenizer<boost::escaped_list_separator<char>> parts(
            command, boost::escaped_list_separator<char>("\\", " \t", "\"'"));
        std::copy_if(parts.begin(), parts.end(), std::back_inserter(words),
                     [](const std::string& word) { return !word.empty(); });
    } catch (const boost::escaped_list_error& e) {
        throw CLI::ValidationError("--event-exec", e.what());
    }
    return words;
}

template <class T>
std::vector<T> parse_all(const char* option, const std::vector<std::string>& texts,
                         std::optional<T> (*parse)(std::string_view), const char* form) {
    std::vector<T> all;
    for (const auto& text : texts) {
        auto value = parse(text);
        if (!value) {
            throw CLI::ValidationError(option, text + " is not " + form);
        }
        all.push_back(std::move(*value));
    }
    return all;
}

std::optional<asio::ip::address> parse_address(std::string_view text) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(text, ec);
    return ec ? std::nullopt : std::optional{address};
}

std::vector<net::address_range> parse_networks(const char* option,
                                               const std::vector<std::string>& texts) {
    std::vector<net::address_range> all;
    for (const auto& text : texts) {
        const auto network = net::parse_address_range(text);
        if (!network) {
            throw CLI::ValidationError(option, network.error());
        }
        all.push_back(*network);
    }
    return all;
}

/// Throws CLI::ValidationError.
void take_over(const raw_values& raw, config& c) {
    c.viewer_port = positional_port(raw.client_port, c.viewer_port);
    c.server_port = positional_port(raw.server_port, c.server_port);
    if (c.viewer_port == c.server_port && c.viewer_port != 0) {
        throw CLI::ValidationError("--viewer-port", "viewers and servers need different ports");
    }
    c.bind =
        parse_all<asio::ip::address>("--bind", raw.bind, parse_address, "an IPv4 or IPv6 address");
    c.proxy_from = parse_networks("--proxy-from", raw.proxy_from);
    c.mode1.allow = parse_all<mode1_rule>("--mode1-allow", raw.mode1_allow, parse_allow_rule,
                                          "of the form ADDRESS[/BITS]:PORT[-PORT] or HOST:PORT");
    c.mode1.deny = parse_all<mode1_rule>("--mode1-deny", raw.mode1_deny, parse_deny_rule,
                                         "of the form ADDRESS[/BITS][:PORT[-PORT]] or HOST[:PORT]");
    c.events.exec = split_command(raw.event_exec);
    if (!raw.event_url.empty()) {
        c.events.url = parse_http_url(raw.event_url);
        if (!c.events.url) {
            throw CLI::ValidationError(
                "--event-url", raw.event_url + " is not of the form http[s]://HOST[:PORT]/PATH");
        }
    }
    for (const auto& word : raw.surplus) {
        c.warnings.push_back("ignored, as by ultravnc_repeater.pl: " + word);
    }
    if (raw.refuse) {
        c.duplicates = duplicate_policy::refuse;
    }
    if (raw.raw_id) {
        c.hello.match = rfb::id_match::raw;
        c.mode1.mode = mode1::off;
    }
    c.greet_viewers = !raw.no_greeting;
}

/// The Perl stopped reading options at the first port, so that they had no effect until now.
void warn_of_late_options(const CLI::App& app, std::vector<std::string>& warnings) {
    const auto is_the_perls = [](const CLI::Option& option) {
        return std::any_of(option.get_snames().begin(), option.get_snames().end(),
                           [](const auto& name) {
                               return std::string{"lpcsLRCr"}.find(name) != std::string::npos;
                           });
    };
    bool behind_port = false;
    for (const auto* const option : app.parse_order()) {
        behind_port = behind_port || option->get_positional();
        if (behind_port && is_the_perls(*option)) {
            warnings.push_back(
                "option behind a port, which ultravnc_repeater.pl ignored, is obeyed: " +
                option->get_name());
        }
    }
}

struct outcome {
    config settings;
    raw_values raw;
    std::string text; ///< what --help or --version asked for
};

/// Throws CLI::ParseError.
outcome parse(std::vector<std::string> words, bool with_file) {
    outcome result;
    auto& c = result.settings;
    auto& raw = result.raw;
    c.threads = std::max(1U, std::thread::hardware_concurrency());
    CLI::App app{"Joins VNC viewers and VNC servers that name the same ID.", "ultravnc_repeater"};
    app.option_defaults()->take_last();
    app.set_version_flag("--version", std::string{"ultravnc_repeater "} + service::version);
    app.footer("-r, -R, -C take 1 or 0 as well, -L takes 1, 0 or BG, as in ultravnc_repeater.pl.\n"
               "Environment, also as an argument NAME=value: ULTRAVNC_REPEATER_LOGFILE, _PIDFILE,\n"
               "_CLIENT_PORT, _SERVER_PORT, _BUFSIZE, _LOOP, _NO_RFB, _CLEAN, _REFUSE, _DEBUG;\n"
               "BUFSIZE, as in its first version. Nothing as a value means not set.");
    app.config_formatter(std::make_shared<option_file>(app));
    add_ports(app, c, raw);
    add_pairing(app, c, raw);
    add_mode1(app, c, raw);
    add_limits(app, c);
    add_output(app, c);
    add_events(app, c, raw);
    add_running(app, c);
    if (with_file) {
        app.set_config("--config");
    } else {
        app.add_option("--config", c.file, "Read options from this file: their long names, = value")
            ->type_name("FILE")
            ->configurable(false);
    }
    std::reverse(words.begin(), words.end()); // CLI11 takes them from the back
    try {
        app.parse(words);
    } catch (const CLI::Success& e) { // help or version
        std::ostringstream text;
        app.exit(e, text, text);
        result.text = text.str();
    }
    warn_of_late_options(app, c.warnings);
    return result;
}

std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return "ultravnc_repeater: " + text + " (--help lists the options)\n";
}

/// A request that starts a daemon is a hole. repeater spec 5.3
service::early_exit answer_web_request(const environment& variables) {
    if (asks_for_help(variables)) {
        return {"Content-type: text/html\n\n" +
                    std::get<service::early_exit>(configure({"--help"}, {})).text,
                0};
    }
    return {
        "ultravnc_repeater: it is not started by web requests (REQUEST_METHOD is set): start it as "
        "a service\n",
        EX_USAGE};
}

} // namespace

std::variant<config, service::early_exit> configure(const std::vector<std::string>& command_line,
                                                    const environment& variables) {
    if (is_web_request(variables)) {
        return answer_web_request(variables);
    }
    const auto arguments = to_long_arguments(command_line, variables);
    const bool check_only = std::find(arguments.words.begin(), arguments.words.end(),
                                      "--check-config") != arguments.words.end();
    int exit_code = check_only ? EX_CONFIG : EX_USAGE;
    std::string where;
    try {
        auto said = parse(arguments.words, false);
        if (!said.text.empty()) {
            return service::early_exit{said.text, 0};
        }
        const auto file = said.settings.file;
        if (!file.empty()) {
            exit_code = EX_CONFIG;
            where = file + ": ";
            said = parse(arguments.words, true);
        }
        auto& c = said.settings;
        take_over(said.raw, c);
        if (check_only) {
            return service::early_exit{"ultravnc_repeater: the configuration is good\n", 0};
        }
        c.file = file;
        c.warnings.insert(c.warnings.end(), arguments.warnings.begin(), arguments.warnings.end());
        return std::move(c);
    } catch (const CLI::FileError& e) {
        return service::early_exit{one_line(e.what()), exit_code};
    } catch (const CLI::ParseError& e) {
        return service::early_exit{one_line(where + e.what()), exit_code};
    }
}

} // namespace repeater
