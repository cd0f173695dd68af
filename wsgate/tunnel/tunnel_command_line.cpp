// By CLI11: words first, then what they mean together with the file and the environment.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel_command_line.hpp"

#include "service/choice_option.hpp"
#include "service/log_level_option.hpp"
#include "service/seconds_option.hpp"
#include "wsgate/options/missing_value.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <sstream>
#include <string>
#include <sysexits.h>

namespace wsgate {

namespace {

void add_addresses(CLI::App& app, tunnel_words& words, tunnel_config& c) {
    app.add_option("--listen", words.listen,
                   "Accept local connections here; port 0 is any free one; -: carry one session "
                   "on standard input and output [127.0.0.1:6000]")
        ->type_name("ADDR:PORT|-");
    app.add_option("--url", words.url, "Where each connection leads: wss://HOST/wsServer")
        ->type_name("URL");
    app.add_option("--config", words.config,
                   "Read tunnel_url, local_port and proxy_* from Help-Channel's file, for what is "
                   "not said here")
        ->type_name("FILE");
    app.add_option("--origin", c.extras.origin, "Send this Origin [none]");
    app.add_option("-H,--header", c.extras.fields,
                   "Send this field with the request, \"Name: value\"; repeatable")
        ->type_name("FIELD")
        ->allow_extra_args(false);
    app.footer("Environment: https_proxy, http_proxy and no_proxy, where neither --proxy nor the "
               "file names a\nproxy; SSL_CERT_FILE and SSL_CERT_DIR in the place of the system's "
               "CA certificates.\nSignals: TERM or INT closes the sessions and exits with 0; a "
               "second one exits at once.\nHUP opens the log file anew.\n"
               "Exit codes: 1 there was no session (--once, --listen -), 64 wrong command line,\n"
               "71 cannot listen, 78 unusable file.");
}

void add_proxy(CLI::App& app, tunnel_words& words) {
    app.add_option("--proxy", words.proxy,
                   "Go through this HTTP proxy (CONNECT); none: through no proxy [the file's, "
                   "then the environment's]")
        ->type_name("http://HOST:PORT");
    app.add_option("--proxy-user", words.proxy_user, "Its user name")->type_name("NAME");
    app.add_option("--proxy-password-file", words.proxy_password_file,
                   "Its password is this file's first line")
        ->type_name("FILE");
    app.add_flag("--proxy-digest", words.proxy_digest,
                 "Never send it the password itself (Basic), only answer its challenge (Digest)");
}

void add_tls(CLI::App& app, tls_client_options& tls) {
    static const service::choices<tls_minimum> versions{{"tlsv1_2", tls_minimum::v1_2},
                                                        {"tlsv1_3", tls_minimum::v1_3}};
    app.add_option("--cafile", tls.ca_file, "Trust these CA certificates (PEM) only [the system's]")
        ->type_name("FILE");
    app.add_option("--pin-sha256", tls.pins,
                   "The server's key must have this SHA-256 (base64, of its "
                   "SubjectPublicKeyInfo), beside all else; repeatable: one of them")
        ->type_name("PIN")
        ->allow_extra_args(false);
    app.add_flag_callback(
        "--insecure", [&tls] { tls.verify = false; },
        "Believe any certificate; pins are still compared");
    app.add_option("--cert", tls.certificate, "Show this client certificate (PEM) [none]")
        ->type_name("FILE");
    app.add_option("--key", tls.key, "Its key (PEM) [in the file of --cert]")->type_name("FILE");
    service::add_choice(app, "--ssl-version", tls.minimum, versions, "tlsv1_2|tlsv1_3",
                        "The oldest TLS accepted [tlsv1_2]");
}

void add_limits(CLI::App& app, tunnel_config& c) {
    constexpr service::seconds_range some{service::shortest_time, service::a_day};
    constexpr service::seconds_range any{0.0, service::a_day};
    service::add_seconds(app, "--connect-timeout", c.timeout, some,
                         "For one attempt, from the name to the open WebSocket [10]");
    service::add_seconds(app, "--ping-interval", c.ping, any,
                         "Ping after so much silence of ours; 0: never [25]");
    service::add_seconds(app, "--pong-timeout", c.pong, any,
                         "End a session whose server is mute so long after a ping; 0: never [0]");
    app.add_option("--retry", c.retries,
                   "Further attempts for a connection, 1 s after the first, then 2 s, 4 s ... 30 s "
                   "[0]")
        ->type_name("N")
        ->check(CLI::Range(0, 1'000'000));
    app.add_flag("--once", c.once, "Exit after one session");
    app.add_option("--max-sessions", c.max_sessions, "Refuse more at a time [100]")
        ->type_name("N")
        ->check(CLI::Range(1, 100'000));
}

void add_log(CLI::App& app, tunnel_config& c) {
    static const service::choices<service::log_format> formats{{"text", service::log_format::text},
                                                               {"json", service::log_format::json}};
    app.add_option("--log-file", c.log_file, "Append the log to this file [standard error]")
        ->type_name("FILE");
    service::add_choice(app, "--log-format", c.log_format, formats, "text|json",
                        "key=value lines, or JSON [text]");
    service::add_log_level(app, c.log_level, "The least important that is logged [info]");
}

service::early_exit misled(const std::string& what) {
    return {"wsgate tunnel: " + what + '\n', EX_CONFIG};
}

service::early_exit misused(const std::string& what) {
    return {"wsgate tunnel: " + what + " (--help lists the options)\n", EX_USAGE};
}

} // namespace

bool is_hctunnel(std::string_view program) {
    const auto slash = program.rfind('/');
    const auto name = slash == std::string_view::npos ? program : program.substr(slash + 1);
    return name == "hctunnel" || name == "hctunnel.py";
}

std::variant<tunnel_config, service::early_exit>
parse_tunnel_command_line(int argc, const char* const* argv, const environment& env) {
    tunnel_config c;
    tunnel_words words;
    if (argc > 0 && is_hctunnel(argv[0])) {
        words.config = helpchannel_conf_file;
    }
    CLI::App app{"Carries local TCP connections to a WebSocket server, each in a WebSocket of its "
                 "own.",
                 "wsgate tunnel"};
    add_addresses(app, words, c);
    add_proxy(app, words);
    add_tls(app, c.tls);
    add_limits(app, c);
    add_log(app, c);
    try {
        refuse_missing_values({argv + 1, argv + argc});
        app.parse(argc, argv);
        const auto conf =
            words.config.empty() ? helpchannel_conf{} : read_helpchannel_conf(words.config);
        take_over(words, conf, env, c);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            std::ostringstream text;
            app.exit(e, text, text);
            return service::early_exit{text.str(), 0};
        }
        return misused(e.what());
    } catch (const tunnel_file_unusable& e) {
        return misled(e.what());
    } catch (const tunnel_misconfigured& e) {
        return misused(e.what());
    }
    return c;
}

} // namespace wsgate
