// The command line, by CLI11.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/config.hpp"

#include "repeater/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <thread>

namespace repeater {

namespace {

constexpr int usage_error = 64; // EX_USAGE, sysexits(3)

/// Values as text or number, before they become types of ours.
struct raw_values {
    std::vector<std::string> bind;
    std::vector<std::string> mode1_allow;
    bool no_greeting = false;
    bool refuse = false;
    bool raw_id = false;
    bool clean = false; // the Perl's sweep: what it did now and then we do at once
};

template <class Enum>
using names = std::map<std::string, Enum>;

const names<mode1> mode1_names{{"off", mode1::off}, {"vnc", mode1::vnc}, {"any", mode1::any}};
const names<duplicate_policy> duplicate_names{{"replace", duplicate_policy::replace},
                                              {"refuse", duplicate_policy::refuse},
                                              {"queue", duplicate_policy::queue}};
const names<rfb::id_match> match_names{{"word", rfb::id_match::word},
                                       {"exact", rfb::id_match::exact}};
const names<log_format> format_names{{"compat", log_format::compat}, {"text", log_format::text}};
const names<log_ids> id_names{{"hashed", log_ids::hashed}, {"full", log_ids::full}};
const names<net::log_level> level_names{{"debug", net::log_level::debug},
                                        {"info", net::log_level::info},
                                        {"warn", net::log_level::warn},
                                        {"error", net::log_level::error}};

void add_ports(CLI::App& app, config& c, raw_values& raw) {
    app.add_option("-c,--viewer-port,viewer_port", c.viewer_port,
                   "Viewers connect here; 0 takes any free port [5900]")
        ->envname("ULTRAVNC_REPEATER_CLIENT_PORT");
    app.add_option("-s,--server-port,server_port", c.server_port, "VNC servers connect here [5500]")
        ->envname("ULTRAVNC_REPEATER_SERVER_PORT");
    app.add_option("--bind", raw.bind, "Listen on this address only; repeatable [all addresses]")
        ->type_name("ADDR")
        ->allow_extra_args(false);
}

void add_pairing(CLI::App& app, config& c, raw_values& raw) {
    app.add_flag("-r,--refuse", raw.refuse, "Refuse a second peer with a waiting peer's ID");
    app.add_option("--duplicates", c.duplicates, "What a second waiting peer means [replace]")
        ->transform(CLI::CheckedTransformer(duplicate_names).description("replace|refuse|queue"));
    app.add_flag("-R,--no-rfb", raw.no_greeting, "Do not send RFB 000.000 to viewers");
    app.add_flag("-C,--clean", raw.clean, "Accepted; peers that left are always noticed at once");
    app.add_option("--id-match", c.hello.match, "How an ID is read [word]")
        ->transform(CLI::CheckedTransformer(match_names).description("word|exact"));
    app.add_flag("--raw-id", raw.raw_id,
                 "Viewers name an ID without ID: (Help-Channel); no Mode I");
    app.add_option("--handshake-size", c.hello.size, "Bytes of the first block; 0: the first read")
        ->check(CLI::Range(0, 65536))
        ->envname("ULTRAVNC_REPEATER_BUFSIZE");
    app.add_option("--mode1", c.mode1.mode, "Where viewers may send us by host:port [vnc]")
        ->transform(CLI::CheckedTransformer(mode1_names).description("off|vnc|any"));
    app.add_option("--mode1-allow", raw.mode1_allow,
                   "More that --mode1 vnc may dial, as 10.0.0.0/8:5900-5999; repeatable")
        ->type_name("RANGE")
        ->delimiter(',')
        ->allow_extra_args(false);
}

void add_limits(CLI::App& app, config& c) {
    const auto seconds = [&app](const char* name, std::chrono::milliseconds& value,
                                const char* what) {
        app.add_option_function<double>(
               name,
               [&value](double s) { value = std::chrono::milliseconds(std::llround(s * 1000)); },
               what)
            ->type_name("SECONDS")
            ->check(CLI::Range(0.001, 86400.0));
    };
    seconds("--handshake-timeout", c.limits.handshake, "For a peer's first block [10]");
    seconds("--connect-timeout", c.limits.connect, "Mode I: for each address [10]");
    seconds("--linger", c.limits.linger, "For what is left when one side has closed [1]");
    app.add_option("--threads", c.threads, "Relay threads [one a core]")
        ->check(CLI::Range(1, 1024));
}

void add_output(CLI::App& app, config& c) {
    app.add_option("-l,--log-file", c.log_file, "Append the log to this file [standard error]")
        ->type_name("FILE")
        ->envname("ULTRAVNC_REPEATER_LOGFILE");
    app.add_option("--log-format", c.log_format, "The Perl's words, or key=value lines [compat]")
        ->transform(CLI::CheckedTransformer(format_names).description("compat|text"));
    app.add_option("--log-ids", c.log_ids, "How the text log shows IDs [hashed]")
        ->transform(CLI::CheckedTransformer(id_names).description("hashed|full"));
    app.add_option("--log-level", c.log_level, "What the text log tells [info]")
        ->transform(CLI::CheckedTransformer(level_names).description("debug|info|warn|error"));
    app.add_option("-p,--pid-file", c.pid_file, "Write our process id there")
        ->type_name("FILE")
        ->envname("ULTRAVNC_REPEATER_PIDFILE");
}

/// Throws CLI::ValidationError.
void take_over(const raw_values& raw, config& c) {
    for (const auto& text : raw.bind) {
        error_code ec;
        c.bind.push_back(asio::ip::make_address(text, ec));
        if (ec) {
            throw CLI::ValidationError("--bind", text + " is not an IPv4 or IPv6 address");
        }
    }
    for (const auto& text : raw.mode1_allow) {
        const auto range = address_range::parse(text);
        if (!range) {
            throw CLI::ValidationError("--mode1-allow",
                                       text + " is not of the form ADDRESS[/BITS]:PORT[-PORT]");
        }
        c.mode1.allow.push_back(*range);
    }
    if (c.viewer_port == c.server_port && c.viewer_port != 0) {
        throw CLI::ValidationError("--viewer-port", "viewers and servers need different ports");
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

} // namespace

std::variant<config, farewell> parse_command_line(int argc, const char* const* argv) {
    config c;
    c.threads = std::max(1U, std::thread::hardware_concurrency());
    raw_values raw;
    CLI::App app{"Joins VNC viewers and VNC servers that name the same ID.", "ultravnc_repeater"};
    app.set_version_flag("--version", std::string{"ultravnc_repeater "} + version);
    add_ports(app, c, raw);
    add_pairing(app, c, raw);
    add_limits(app, c);
    add_output(app, c);
    try {
        app.parse(argc, argv);
        take_over(raw, c);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            std::ostringstream text;
            app.exit(e, text, text);
            return farewell{text.str(), 0};
        }
        return farewell{"ultravnc_repeater: " + std::string{e.what()} +
                            " (--help lists the options)\n",
                        usage_error};
    }
    return c;
}

} // namespace repeater
