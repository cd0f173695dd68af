// Our options, and websockify's words for the same things.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/access_flags.hpp"

#include "service/choice_option.hpp"
#include "wsgate/options/option_path.hpp"
#include "wsgate/text/comma_list.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace wsgate {

namespace {

const service::choices<real_ip_header> header_names{
    {"x-forwarded-for", real_ip_header::x_forwarded_for},
    {"x-real-ip", real_ip_header::x_real_ip},
    {"forwarded", real_ip_header::forwarded}};

void add_origins(CLI::App& app, raw_access& raw, access_options& a) {
    app.add_option(
           "--origin", raw.origins,
           "Web pages that may open sessions: https://HOST[:PORT], *.DOMAIN, same-host, "
           "null or *, with commas between; with PATH= for that path only; repeatable [any]")
        ->type_name("[PATH=]LIST")
        ->allow_extra_args(false);
    app.add_flag("--origin-required", a.origin_required,
                 "Refuse sessions to clients that tell no origin, as programs do");
}

void add_proxies(CLI::App& app, raw_access& raw, access_options& a) {
    app.add_option("--trusted-proxy", raw.trusted_proxies,
                   "Believe what proxies at these addresses tell of their clients; `none` for "
                   "nobody [127.0.0.0/8,::1]")
        ->type_name("NETWORK,...");
    service::add_choice(app, "--real-ip-header", a.proxies.header, header_names,
                        "X-Forwarded-For|X-Real-IP|Forwarded",
                        "The header in which they tell it [X-Forwarded-For]");
}

void add_passwords(CLI::App& app, raw_access& raw, access_options& a) {
    app.add_option("--auth-file", raw.auth_files,
                   "Who opens a session gives a name and a password of this file (htpasswd -B); "
                   "with PATH= for that path only; repeatable")
        ->type_name("[PATH=]FILE")
        ->allow_extra_args(false);
    app.add_flag("--web-auth", a.files_need_login, "Who wants a file does so as well");
    app.add_option("--auth-plugin", raw.auth_plugin, "websockify's way to say who may come in")
        ->type_name("BasicHTTPAuth|ExpectOrigin|ClientCertCNAuth");
    app.add_option("--auth-source", raw.auth_source,
                   "USER:PASSWORD (seen by all in the list of processes: prefer --auth-file), or "
                   "origins, or names of certificates")
        ->type_name("TEXT");
}

void add_tokens(CLI::App& app, raw_access& raw, access_options& a) {
    app.add_option("--token-source", raw.token_source,
                   "Lines `token: host:port`: a file, or a directory of such files")
        ->type_name("PATH");
    app.add_option("--token-plugin", raw.token_plugin,
                   "How to read it; TokenFileName: a file's name is the token [TokenFile]")
        ->type_name("TokenFile|ReadOnlyTokenFile|TokenFileName");
    app.add_option("--target-config", raw.target_config, "The same as --token-source")
        ->type_name("PATH");
    app.add_option("--token-key", a.tokens.keys,
                   "Take tokens that were signed with the key in this file (wsgate make-token); "
                   "repeatable")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--token-path", raw.token_paths,
                   "Where a token chooses the target; repeatable [the paths that viewers come by: "
                   "/wsClient, /websockify and those of --route]")
        ->type_name("PATH")
        ->allow_extra_args(false);
    app.add_flag("--host-token", a.tokens.from_host, "The token is the host's name in the request");
    app.add_option("--allow-target", raw.allow_targets,
                   "Where tokens may lead: NETWORK:PORTS, NAME:PORTS or unix:PATH, with commas "
                   "between; repeatable [wherever they say]")
        ->type_name("LIST")
        ->allow_extra_args(false);
}

void add_caps(CLI::App& app, access_options& a) {
    constexpr std::size_t most = 1'000'000;
    app.add_option("--max-sessions", a.sessions.all, "Sessions at a time [1000]")
        ->check(CLI::Range(std::size_t{1}, most));
    app.add_option("--max-per-ip", a.sessions.per_client,
                   "... of one address, or one /64 of IPv6; 0: as many as in all [0]")
        ->check(CLI::Range(std::size_t{0}, most));
    app.add_option("--max-handshakes", a.max_handshakes,
                   "Connections whose request is waited for; then the oldest is closed [256]")
        ->check(CLI::Range(std::size_t{1}, most));
    app.add_option("--max-failures", a.brake.burst,
                   "Wrong passwords and tokens of one address before it is shut out for a while; "
                   "one is forgiven every 6 seconds; 0: never [20]")
        ->check(CLI::Range(0.0, 10'000.0));
}

origin_list parse_origins(const char* option, const std::string& text) {
    auto list = origin_list::parse(text);
    if (!list) {
        throw CLI::ValidationError(option, list.error());
    }
    return std::move(*list);
}

std::vector<net::address_range> parse_proxies(std::string_view text) {
    std::vector<net::address_range> all;
    if (text == "none") {
        return all;
    }
    for (const auto entry : elements(text)) {
        const auto one = net::parse_address_range(entry);
        if (!one) {
            throw CLI::ValidationError("--trusted-proxy", one.error());
        }
        all.push_back(*one);
    }
    return all;
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>{in}, {}};
}

/// websockify takes "module.Name" as well.
std::string plugin_name(const std::string& text) {
    return text.substr(text.rfind('.') + 1);
}

void take_auth_plugin(const raw_access& raw, access_options& a) {
    if (raw.auth_plugin.empty()) {
        if (!raw.auth_source.empty()) {
            throw CLI::ValidationError("--auth-source", "needs --auth-plugin as well");
        }
        return;
    }
    const auto name = plugin_name(raw.auth_plugin);
    const auto given = words(raw.auth_source);
    if (name == "BasicHTTPAuth") {
        if (const auto one = password_list::plain(raw.auth_source); !one) {
            throw CLI::ValidationError("--auth-source", one.error());
        }
        a.passwords.all.plain = raw.auth_source;
        a.realm = "Websockify";
    } else if (name == "ExpectOrigin") {
        origin_list all;
        for (const auto& each : given) {
            const auto one = parse_origins("--auth-source", each);
            all.rules.insert(all.rules.end(), one.rules.begin(), one.rules.end());
        }
        a.origins.all = std::move(all); // without one: nobody, as in websockify
        a.origin_required = true;
    } else if (name == "ClientCertCNAuth") {
        a.common_names = given;
    } else {
        throw CLI::ValidationError("--auth-plugin", raw.auth_plugin +
                                                        " is not known here; BasicHTTPAuth, "
                                                        "ExpectOrigin and ClientCertCNAuth are");
    }
}

void take_tokens(const raw_access& raw, access_options& a) {
    using kind = token_options::kind;
    static const std::map<std::string, kind> plugins{{"TokenFile", kind::file},
                                                     {"ReadOnlyTokenFile", kind::read_once},
                                                     {"TokenFileName", kind::file_name}};
    if (!raw.token_source.empty() && !raw.target_config.empty()) {
        throw CLI::ValidationError("--target-config", "says the same as --token-source: give one");
    }
    a.tokens.path = raw.token_source.empty() ? raw.target_config : raw.token_source;
    const auto plugin =
        raw.token_plugin.empty() ? std::string{"TokenFile"} : plugin_name(raw.token_plugin);
    const auto known = plugins.find(plugin);
    if (known == plugins.end()) {
        throw CLI::ValidationError("--token-plugin", raw.token_plugin +
                                                         " is not known here; TokenFile, "
                                                         "ReadOnlyTokenFile and TokenFileName are, "
                                                         "and --token-key takes signed tokens");
    }
    if (!a.tokens.path.empty()) {
        a.tokens.what = known->second;
    } else if (!raw.token_plugin.empty()) {
        throw CLI::ValidationError("--token-plugin", "needs --token-source PATH as well");
    }
    for (const auto& text : raw.allow_targets) {
        const auto rules = parse_target_rules(text);
        if (!rules) {
            throw CLI::ValidationError("--allow-target", rules.error());
        }
        a.tokens.allow.insert(a.tokens.allow.end(), rules->begin(), rules->end());
    }
    if (!a.tokens.is_used() && (a.tokens.from_host || !a.tokens.allow.empty())) {
        throw CLI::ValidationError(a.tokens.from_host ? "--host-token" : "--allow-target",
                                   "needs --token-source or --token-key as well");
    }
    if (!raw.token_paths.empty()) {
        a.token_paths = raw.token_paths;
    }
}

} // namespace

void add_access_options(CLI::App& app, raw_access& raw, access_options& a) {
    add_origins(app, raw, a);
    add_proxies(app, raw, a);
    add_passwords(app, raw, a);
    add_tokens(app, raw, a);
    add_caps(app, a);
}

void take_over(const raw_access& raw, access_options& a) {
    take_auth_plugin(raw, a);
    for (const auto& text : raw.origins) {
        const auto [path, list] = split_path(text);
        put(a.origins, path, std::optional{parse_origins("--origin", list)});
    }
    for (const auto& text : raw.auth_files) {
        const auto [path, file] = split_path(text);
        if (file.empty()) { // no password at all is not what a file's name was left out for
            throw CLI::ValidationError("--auth-file", text + " names no file");
        }
        put(a.passwords, path, password_options{file, ""});
    }
    if (!raw.trusted_proxies.empty()) {
        a.proxies.trusted = parse_proxies(raw.trusted_proxies);
    }
    if (a.files_need_login && !a.passwords.all.is_used() && !a.common_names) {
        throw CLI::ValidationError("--web-auth",
                                   "needs --auth-file FILE, for all paths, or --auth-plugin "
                                   "BasicHTTPAuth or ClientCertCNAuth as well");
    }
    take_tokens(raw, a);
}

} // namespace wsgate
