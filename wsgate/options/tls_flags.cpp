// websockify's names where it has them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/tls_flags.hpp"

#include "service/choice_option.hpp"
#include "service/seconds_option.hpp"
#include "wsgate/options/option_path.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

namespace wsgate {

namespace {

const service::choices<tls_minimum> minimum_names{
    {"default", tls_minimum::v1_2}, {"tlsv1_2", tls_minimum::v1_2}, {"tlsv1_3", tls_minimum::v1_3}};
const std::map<std::string, client_certificates> ask_names{
    {"none", client_certificates::none},
    {"request", client_certificates::wanted},
    {"require", client_certificates::required},
    {"", client_certificates::required}};

void add_server_options(CLI::App& app, raw_tls& raw, tls_options& o) {
    app.add_option("--cert", raw.certificates,
                   "Speak TLS with this certificate chain (PEM, leaf first); repeatable: the "
                   "client's name chooses, the first is the default [no TLS]")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--key", raw.keys,
                   "The certificate's key (PEM); repeatable, in the order of --cert [in the file "
                   "of --cert]")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--key-password-file", o.key_password_file,
                   "Its first line opens encrypted keys [the variable WSGATE_KEY_PASSWORD]")
        ->type_name("FILE");
    service::add_choice(app, "--ssl-version", o.minimum, minimum_names, "tlsv1_2|tlsv1_3",
                        "The oldest TLS accepted [tlsv1_2]");
    app.add_option("--ssl-ciphers", o.ciphers,
                   "OpenSSL's names; of TLS 1.2 only ECDHE with AEAD stays "
                   "[ECDHE+AESGCM:ECDHE+CHACHA20]")
        ->type_name("LIST");
    service::add_seconds(
        app, "--tls-watch", o.watch, {0.0, service::a_day},
        "Look so often whether these files have changed, and read them again; 0: on "
        "HUP only [60]");
}

void add_client_options(CLI::App& app, raw_tls& raw, tls_options& o) {
    app.add_option("--verify-client", raw.verify_client,
                   "none, request or require a client certificate; with PATH= for that path only; "
                   "repeatable; alone: require [none]")
        ->type_name("[PATH=]HOW")
        ->allow_extra_args(false);
    app.add_option("--cafile", o.client_ca_file, "Who signs clients' certificates (PEM)")
        ->type_name("FILE");
    app.add_option("--allow-client-name", raw.allowed_names,
                   "The client certificate must have this CN or SAN; with PATH= for that path "
                   "only; repeatable [any that is signed]")
        ->type_name("[PATH=]NAME")
        ->allow_extra_args(false);
}

void add_target_options(CLI::App& app, target_tls_options& target) {
    auto* const ca = app.add_option("--target-cafile", target.ca_file,
                                    "Who signs the certificates of targets tls:HOST:PORT (PEM) "
                                    "[the system's]")
                         ->type_name("FILE");
    app.add_flag("--target-insecure", target.insecure,
                 "Believe whatever certificate such a target shows")
        ->excludes(ca);
}

void take_certificates(const raw_tls& raw, tls_options& o) {
    if (!raw.keys.empty() && raw.certificates.empty()) {
        throw CLI::ValidationError("--key", "needs the certificate as well: --cert FILE");
    }
    if (!raw.keys.empty() && raw.keys.size() != raw.certificates.size()) {
        throw CLI::ValidationError("--key", "give one for each --cert, in their order, or none "
                                            "where the files of --cert hold them");
    }
    for (std::size_t i = 0; i < raw.certificates.size(); ++i) {
        o.certificates.push_back({raw.certificates[i], raw.keys.empty() ? "" : raw.keys[i]});
    }
}

client_certificates parse_ask(const std::string& text) {
    const auto found = ask_names.find(text);
    if (found == ask_names.end()) {
        throw CLI::ValidationError("--verify-client",
                                   text + " is none of none, request and require");
    }
    return found->second;
}

/// Who is named must show a certificate, unless the same place says otherwise.
per_path<client_rule> client_rules(const raw_tls& raw) {
    per_path<std::optional<client_certificates>> asks;
    per_path<std::vector<std::string>> names;
    std::set<std::string> paths;
    for (const auto& text : raw.verify_client) {
        const auto [path, ask] = split_path(text);
        put(asks, path, std::optional{parse_ask(ask)});
        paths.insert(path);
    }
    for (const auto& text : raw.allowed_names) {
        const auto [path, name] = split_path(text);
        (path.empty() ? names.all : names.by_path[path]).push_back(name);
        paths.insert(path);
    }
    if (!names.all.empty() && raw.verify_client.empty()) {
        asks.all = client_certificates::required;
    }
    per_path<client_rule> rules;
    rules.all = {asks.all.value_or(client_certificates::none), names.all};
    paths.erase("");
    for (const auto& path : paths) {
        const bool is_asked = asks.by_path.contains(path);
        const auto ask = is_asked ? asks.by_path.at(path) : client_certificates::required;
        put(rules, path, client_rule{*ask, names.of(path)});
    }
    return rules;
}

} // namespace

void add_tls_options(CLI::App& app, raw_tls& raw, tls_options& o, target_tls_options& target) {
    add_server_options(app, raw, o);
    add_client_options(app, raw, o);
    add_target_options(app, target);
}

void take_over(const raw_tls& raw, tls_options& o, per_path<client_rule>& rules) {
    take_certificates(raw, o);
    rules = client_rules(raw);
    o.clients = rules.all.ask;
    o.every_place_requires = rules.all.ask == client_certificates::required;
    for (const auto& [path, rule] : rules.by_path) {
        o.clients = std::max(o.clients, rule.ask);
        o.every_place_requires &= rule.ask == client_certificates::required;
    }
    const bool asks = o.clients != client_certificates::none;
    if (asks && o.certificates.empty()) {
        throw CLI::ValidationError("--verify-client", "needs TLS: --cert FILE --key FILE");
    }
    if (asks && o.client_ca_file.empty() && !o.system_client_cas) {
        throw CLI::ValidationError("--verify-client", "needs the CA that signs clients' "
                                                      "certificates: --cafile FILE");
    }
}

} // namespace wsgate
