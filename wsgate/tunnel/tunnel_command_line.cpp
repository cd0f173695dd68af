// Reads the words, then decides what they mean together with the file and the environment.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel_command_line.hpp"

#include "service/command_line.hpp"
#include "wsgate/options/log_flags.hpp"

#include <fmt/format.h>
#include <string>
#include <sysexits.h>
#include <vector>

namespace wsgate {

namespace {

constexpr auto footer =
    "Environment: https_proxy, http_proxy and no_proxy, where neither --proxy nor the "
    "file names a\nproxy; SSL_CERT_FILE and SSL_CERT_DIR in the place of the system's "
    "CA certificates.\nSignals: TERM or INT closes the sessions and exits with 0; a "
    "second one exits at once.\nHUP opens the log file anew.\n"
    "Exit codes: 1 there was no session (--once, --listen -), 64 wrong command line,\n"
    "71 cannot listen, 78 unusable file.";

void add_addresses(service::option_list& options, tunnel_words& words, tunnel_config& c) {
    using enum service::on_reload;
    options.text("--listen", words.listen, "ADDR:PORT|-", never,
                 fmt::format("Accept local connections here; port 0 is any free one; -: carry one "
                             "session on standard input and output [127.0.0.1:{}]",
                             default_tunnel_port));
    options.text("--url", words.url, "URL", never,
                 "Where each connection leads: wss://HOST/wsServer");
    options.text("--config", words.config, "FILE", never,
                 "Read tunnel_url, local_port and proxy_* from Help-Channel's file, for what is "
                 "not said here");
    options.text("--origin", c.extras.origin, "TEXT", never, "Send this Origin [none]");
    options.list("-H,--header", c.extras.fields, "FIELD", never,
                 "Send this field with the request, \"Name: value\"; repeatable");
}

void add_proxy(service::option_list& options, tunnel_words& words) {
    using enum service::on_reload;
    options.text("--proxy", words.proxy, "http://HOST:PORT", never,
                 "Go through this HTTP proxy (CONNECT); none: through no proxy [the file's, "
                 "then the environment's]");
    options.text("--proxy-user", words.proxy_user, "NAME", never, "Its user name");
    options.text("--proxy-password-file", words.proxy_password_file, "FILE", never,
                 "Its password is this file's first line");
    options.flag("--proxy-digest", words.proxy_digest, never,
                 "Never send it the password itself (Basic), only answer its challenge (Digest)");
}

void add_tls(service::option_list& options, tls_client_options& tls) {
    using enum service::on_reload;
    static const service::choices<tls_minimum> versions{{"tlsv1_2", tls_minimum::v1_2},
                                                        {"tlsv1_3", tls_minimum::v1_3}};
    options.text("--cafile", tls.ca_file, "FILE", never,
                 "Trust these CA certificates (PEM) only [the system's]");
    options.list("--pin-sha256", tls.pins, "PIN", never,
                 "The server's key must have this SHA-256 (base64, of its "
                 "SubjectPublicKeyInfo), beside all else; repeatable: one of them");
    options.flag(
        "--insecure", [&tls] { tls.verify = false; }, never,
        "Believe any certificate; pins are still compared");
    options.text("--cert", tls.certificate, "FILE", never,
                 "Show this client certificate (PEM) [none]");
    options.text("--key", tls.key, "FILE", never, "Its key (PEM) [in the file of --cert]");
    options.choice("--ssl-version", tls.minimum, versions, "tlsv1_2|tlsv1_3", never,
                   "The oldest TLS accepted");
}

void add_limits(service::option_list& options, tunnel_config& c) {
    using enum service::on_reload;
    constexpr service::seconds_range some{service::shortest_time, service::a_day};
    constexpr service::seconds_range any{0.0, service::a_day};
    options.seconds("--connect-timeout", c.timeout, some, never,
                    "For one attempt, from the name to the open WebSocket");
    options.seconds("--ping-interval", c.ping, any, never,
                    "Ping after so much silence of ours, or of the server; 0: never");
    options.seconds("--pong-timeout", c.pong, any, never,
                    "End a session whose server is mute so long after a ping; 0: never");
    options.number("--retry", c.retries, service::between<int>{0, 1'000'000}, never,
                   "Further attempts for a connection, 1 s after the first, then 2 s, 4 s ... 30 s",
                   "N");
    options.flag("--once", c.once, never, "Exit after one session");
    options.number("--max-sessions", c.max_sessions, service::between<int>{1, 100'000}, never,
                   "Refuse more at a time", "N");
}

tunnel_config read_words(const std::vector<std::string>& arguments, tunnel_words& words) {
    tunnel_config c;
    service::option_list options({.name = "wsgate tunnel",
                                  .purpose = "Carries local TCP connections to a WebSocket server, "
                                             "each in a WebSocket of its own.",
                                  .footer = footer,
                                  .has_version = false});
    add_addresses(options, words, c);
    add_proxy(options, words);
    add_tls(options, c.tls);
    add_limits(options, c);
    service::add_rights_options(options, c.rights, service::on_reload::never);
    add_log_file(options, c.log_file);
    add_log_lines(options, c.log_format, c.log_level);
    service::refuse_missing_values(arguments);
    options.parse(arguments);
    return c;
}

service::early_exit misled(const std::string& what) {
    return {"wsgate tunnel: " + what + '\n', EX_CONFIG};
}

service::early_exit misused(const std::string& what) {
    return service::complaint("wsgate tunnel", what, EX_USAGE);
}

} // namespace

bool is_hctunnel(std::string_view program) {
    const auto slash = program.rfind('/');
    const auto name = slash == std::string_view::npos ? program : program.substr(slash + 1);
    return name == "hctunnel" || name == "hctunnel.py";
}

std::variant<tunnel_config, service::early_exit>
parse_tunnel_command_line(int argc, const char* const* argv, const environment& env) {
    tunnel_words words;
    if (argc > 0 && is_hctunnel(argv[0])) {
        words.config = helpchannel_conf_file;
    }
    try {
        auto c = read_words({argv + 1, argv + argc}, words);
        const auto conf =
            words.config.empty() ? helpchannel_conf{} : read_helpchannel_conf(words.config);
        take_over(words, conf, env, c);
        return c;
    } catch (const service::text_asked_for& text) {
        return service::early_exit{text.what(), 0};
    } catch (const service::bad_option& e) {
        return misused(e.what());
    } catch (const tunnel_file_unusable& e) {
        return misled(e.what());
    } catch (const tunnel_misconfigured& e) {
        return misused(e.what());
    }
}

} // namespace wsgate
