// Describes our options of access and websockify's for the same things, and reads their values.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/access_flags.hpp"

#include "wsgate/options/option_path.hpp"
#include "wsgate/text/comma_list.hpp"

#include <fmt/format.h>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>

namespace wsgate {

namespace {

constexpr auto default_plugin = "TokenFile";

const service::choices<real_ip_header> header_names{
    {"x-forwarded-for", real_ip_header::x_forwarded_for},
    {"x-real-ip", real_ip_header::x_real_ip},
    {"forwarded", real_ip_header::forwarded}};

void add_origins(service::option_list& options, raw_access& raw, access_options& a) {
    using enum service::on_reload;
    options
        .list("--origin", raw.origins, "[PATH=]LIST", takes_effect,
              "Web pages that may open sessions: https://HOST[:PORT], *.DOMAIN, app://HOST, "
              "same-host, null or *, with commas between; with PATH= for that path only; "
              "repeatable [any]")
        .decides(a.origins);
    options.flag("--origin-required", a.origin_required, takes_effect,
                 "Refuse sessions to clients that tell no origin, as programs do");
}

std::string in_one_list(const std::vector<net::address_range>& all) {
    std::string text;
    for (const auto& each : all) {
        const bool is_one_address = each.prefix == (each.address.is_v6() ? 128 : 32);
        text.append(text.empty() ? "" : ",")
            .append(is_one_address ? each.address.to_string() : to_string(each));
    }
    return text;
}

void add_proxies(service::option_list& options, raw_access& raw, access_options& a) {
    using enum service::on_reload;
    options
        .list("--trusted-proxy", raw.trusted_proxies, "NETWORK,...", takes_effect,
              fmt::format("Believe what proxies at these addresses tell of their clients; `none` "
                          "for nobody; repeatable [{}]",
                          in_one_list(a.proxies.trusted)))
        .decides(a.proxies.trusted);
    options.choice("--real-ip-header", a.proxies.header, header_names,
                   "X-Forwarded-For|X-Real-IP|Forwarded", takes_effect,
                   "The header in which they tell it");
}

void add_passwords(service::option_list& options, raw_access& raw, access_options& a) {
    using enum service::on_reload;
    options
        .list("--auth-file", raw.auth_files, "[PATH=]FILE", takes_effect,
              "Who opens a session gives a name and a password of this file (htpasswd -B); "
              "with PATH= for that path only; repeatable")
        .names_files(service::file_kind::secret, value_in)
        .decides(a.passwords);
    options.flag("--web-auth", a.files_need_login, takes_effect,
                 "Who wants a file does so as well");
    options
        .text("--auth-plugin", raw.auth_plugin, "BasicHTTPAuth|ExpectOrigin|ClientCertCNAuth",
              takes_effect, "websockify's way to say who may come in")
        .decides(a.realm);
    options
        .text("--auth-source", raw.auth_source, "TEXT", takes_effect,
              "USER:PASSWORD (seen by all in the list of processes: prefer --auth-file), or "
              "origins, or names of certificates")
        .decides(a.passwords.all.plain);
}

void add_tokens(service::option_list& options, raw_access& raw, access_options& a) {
    using enum service::on_reload;
    const auto& source = options
                             .text("--token-source", raw.token_source, "PATH", takes_effect,
                                   "Lines `token: host:port`: a file, or a directory of such files")
                             .names_files(service::file_kind::secret)
                             .decides(a.tokens.path);
    options
        .text("--token-plugin", raw.token_plugin, "TokenFile|ReadOnlyTokenFile|TokenFileName",
              takes_effect,
              fmt::format("How to read it; TokenFileName: a file's name is the token [{}]",
                          default_plugin))
        .decides(a.tokens.what);
    options
        .text("--target-config", raw.target_config, "PATH", takes_effect,
              "The same as --token-source")
        .names_files(service::file_kind::secret)
        .is_also(source)
        .decides(a.tokens.path);
    options
        .list("--token-key", a.tokens.keys, "FILE", takes_effect,
              "Take tokens that were signed with the key in this file (wsgate make-token); "
              "repeatable")
        .names_files(service::file_kind::secret);
    options
        .list("--token-path", raw.token_paths, "PATH", takes_effect,
              "Where a token chooses the target; repeatable [the paths that viewers come by: "
              "/wsClient, /websockify and those of --route]")
        .decides(a.token_paths);
    options.flag("--host-token", a.tokens.from_host, takes_effect,
                 "The token is the host's name in the request");
    options
        .list("--allow-target", raw.allow_targets, "LIST", takes_effect,
              "Where tokens may lead: NETWORK:PORTS, NAME:PORTS or unix:PATH, with commas "
              "between; repeatable [wherever they say]")
        .decides(a.tokens.allow);
}

void add_caps(service::option_list& options, raw_access& raw, access_options& a) {
    using enum service::on_reload;
    constexpr std::size_t most = 1'000'000;
    constexpr service::between<std::size_t> some{1, most};
    constexpr service::between<std::size_t> any{0, most};
    auto& o = a.limits;
    options.number("--max-sessions", o.sessions.all, some, takes_effect, "Sessions at a time");
    options.number("--max-per-ip", o.sessions.per_client, any, takes_effect,
                   "... of one address, or one /64 of IPv6; 0: as many as in all");
    options.number("--max-connections", o.connections, any, takes_effect,
                   "Connections of clients and to targets in all [nine tenths of the descriptors]");
    options.number("--max-connections-per-source", o.connections_of_source, any, takes_effect,
                   "Connections of one address, or one /64 of IPv6; 0: no limit");
    options.number("--max-handshakes", o.handshakes, some, takes_effect,
                   "Connections whose request is waited for; then the oldest is closed");
    options.number("--max-handshakes-per-source", o.handshakes_of_source, any, takes_effect,
                   "The same of one source; 0: no limit");
    options.number("--max-tls-handshakes", o.tls_handshakes, some, takes_effect,
                   "TLS handshakes at a time; then the oldest is closed");
    options.rate("--connection-rate", o.connecting, takes_effect,
                 "New connections of one source: so many, and so many at once; 0: no limit");
    options.rate("--upgrade-rate", o.upgrading, takes_effect,
                 "Attempts of one source at sessions; over it the answer is 429; 0: no limit");
    options
        .comma_list("--source-exempt", raw.source_exempt, "NETWORK", takes_effect,
                    "Sources without limits of their own, as all of --trusted-proxy are; none: "
                    "only those; repeatable [127.0.0.0/8,::1]")
        .decides(o.exempt);
    options.number("--max-failures", a.brake.burst, service::between<double>{0.0, 10'000.0},
                   needs_restart,
                   "Wrong passwords and tokens of one address before it is shut out for a while; "
                   "one is forgiven every 6 seconds; 0: never");
}

origin_list parse_origins(const char* option, const std::string& text) {
    auto list = origin_list::parse(text);
    if (!list) {
        throw service::bad_option(option, list.error());
    }
    return std::move(*list);
}

std::vector<net::address_range> parse_networks(const char* option,
                                               const std::vector<std::string>& texts) {
    std::vector<net::address_range> all;
    if (texts == std::vector<std::string>{"none"}) {
        return all;
    }
    for (const auto& text : texts) {
        for (const auto entry : elements(text)) {
            const auto one = net::parse_address_range(entry);
            if (!one) {
                throw service::bad_option(option, one.error());
            }
            all.push_back(*one);
        }
    }
    return all;
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>{in}, {}};
}

/// The name without its module: websockify takes "module.Name" as well.
std::string plugin_name(const std::string& text) {
    return text.substr(text.rfind('.') + 1);
}

void take_auth_plugin(const raw_access& raw, access_options& a) {
    if (raw.auth_plugin.empty()) {
        if (!raw.auth_source.empty()) {
            throw service::bad_option("--auth-source", "needs --auth-plugin as well");
        }
        return;
    }
    const auto name = plugin_name(raw.auth_plugin);
    const auto given = words(raw.auth_source);
    if (name == "BasicHTTPAuth") {
        if (const auto one = password_list::plain(raw.auth_source); !one) {
            throw service::bad_option("--auth-source", one.error());
        }
        a.passwords.all.plain = raw.auth_source;
        a.realm = "Websockify";
    } else if (name == "ExpectOrigin") {
        origin_list all;
        for (const auto& each : given) {
            const auto one = parse_origins("--auth-source", each);
            all.rules.insert(all.rules.end(), one.rules.begin(), one.rules.end());
        }
        a.origins.all = std::move(all); // an empty list admits nobody, as in websockify
        a.origin_required = true;
    } else if (name == "ClientCertCNAuth") {
        a.common_names = given;
    } else {
        throw service::bad_option("--auth-plugin", raw.auth_plugin +
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
        throw service::bad_option("--target-config", "says the same as --token-source: give one");
    }
    a.tokens.path = raw.token_source.empty() ? raw.target_config : raw.token_source;
    const auto plugin =
        raw.token_plugin.empty() ? std::string{default_plugin} : plugin_name(raw.token_plugin);
    const auto known = plugins.find(plugin);
    if (known == plugins.end()) {
        throw service::bad_option("--token-plugin", raw.token_plugin +
                                                        " is not known here; TokenFile, "
                                                        "ReadOnlyTokenFile and TokenFileName are, "
                                                        "and --token-key takes signed tokens");
    }
    if (!a.tokens.path.empty()) {
        a.tokens.what = known->second;
    } else if (!raw.token_plugin.empty()) {
        throw service::bad_option("--token-plugin", "needs --token-source PATH as well");
    }
    for (const auto& text : raw.allow_targets) {
        const auto rules = parse_target_rules(text);
        if (!rules) {
            throw service::bad_option("--allow-target", rules.error());
        }
        a.tokens.allow.insert(a.tokens.allow.end(), rules->begin(), rules->end());
    }
    if (!a.tokens.is_used() && (a.tokens.from_host || !a.tokens.allow.empty())) {
        throw service::bad_option(a.tokens.from_host ? "--host-token" : "--allow-target",
                                  "needs --token-source or --token-key as well");
    }
    if (!raw.token_paths.empty()) {
        a.token_paths = raw.token_paths;
    }
}

} // namespace

void add_access_options(service::option_list& options, raw_access& raw, access_options& a) {
    add_origins(options, raw, a);
    add_proxies(options, raw, a);
    add_passwords(options, raw, a);
    add_tokens(options, raw, a);
    add_caps(options, raw, a);
}

void take_over(const raw_access& raw, access_options& a) {
    take_auth_plugin(raw, a);
    for (const auto& text : raw.origins) {
        const auto [path, list] = split_path(text);
        auto more = parse_origins("--origin", list);
        auto& known = place_of(a.origins, path);
        known = known.value_or(origin_list{});
        known->rules.insert(known->rules.end(), more.rules.begin(), more.rules.end());
    }
    for (const auto& text : raw.auth_files) {
        const auto [path, file] = split_path(text);
        // A missing name must not come to mean that no password is asked for.
        if (file.empty()) {
            throw service::bad_option("--auth-file", text + " names no file");
        }
        place_of(a.passwords, path).files.push_back(file);
    }
    if (!raw.trusted_proxies.empty()) {
        a.proxies.trusted = parse_networks("--trusted-proxy", raw.trusted_proxies);
    }
    if (!raw.source_exempt.empty()) {
        a.limits.exempt = parse_networks("--source-exempt", raw.source_exempt);
    }
    if (a.files_need_login && !a.passwords.all.is_used() && !a.common_names) {
        throw service::bad_option("--web-auth",
                                  "needs --auth-file FILE, for all paths, or --auth-plugin "
                                  "BasicHTTPAuth or ClientCertCNAuth as well");
    }
    take_tokens(raw, a);
}

} // namespace wsgate
