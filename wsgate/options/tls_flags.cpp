// Describes and reads the options, under websockify's names where it has them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/tls_flags.hpp"

#include "wsgate/options/option_path.hpp"

#include <algorithm>
#include <fmt/format.h>
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

void add_server_options(service::option_list& options, raw_tls& raw, tls_options& o) {
    using enum service::on_reload;
    options
        .list("--cert", raw.certificates, "FILE", takes_effect,
              "Speak TLS with this certificate chain (PEM); repeatable: the "
              "client's name chooses, the first is the default [no TLS]")
        .names_files(service::file_kind::certificate)
        .decides(o.certificates);
    options
        .list("--key", raw.keys, "FILE", takes_effect,
              "The certificate's key (PEM); repeatable, in the order of --cert [in the file "
              "of --cert]")
        .names_files(service::file_kind::secret)
        .decides(o.certificates);
    options
        .text("--key-password-file", o.key_password_file, "FILE", takes_effect,
              fmt::format("Its first line opens encrypted keys [the variable {}]",
                          key_password_variable))
        .names_files(service::file_kind::secret);
    options.choice("--ssl-version", o.minimum, minimum_names, "tlsv1_2|tlsv1_3", takes_effect,
                   "The oldest TLS accepted");
    options.text(
        "--ssl-ciphers", o.ciphers, "LIST", takes_effect,
        fmt::format("OpenSSL's names; of TLS 1.2 only ECDHE with AEAD stays [{}]", our_ciphers));
    options.seconds("--tls-watch", o.watch, {0.0, service::a_day}, takes_effect,
                    "Look so often whether these files have changed, and read them again; 0: on "
                    "HUP only");
}

void add_client_options(service::option_list& options, raw_tls& raw, tls_options& o,
                        per_path<client_rule>& rules) {
    using enum service::on_reload;
    options
        .list("--verify-client", raw.verify_client, "[PATH=]HOW", takes_effect,
              "none, request or require a client certificate; with PATH= for that path only; "
              "repeatable; alone: require [none]")
        .decides(rules);
    options
        .text("--cafile", o.client_ca_file, "FILE", takes_effect,
              "Who signs clients' certificates (PEM)")
        .names_files(service::file_kind::certificate);
    options
        .list("--allow-client-name", raw.allowed_names, "[PATH=]NAME", takes_effect,
              "The client certificate must have this CN or SAN; with PATH= for that path "
              "only; repeatable [any that is signed]")
        .decides(rules);
}

void add_target_options(service::option_list& options, target_tls_options& target) {
    using enum service::on_reload;
    const auto& ca = options
                         .text("--target-cafile", target.ca_file, "FILE", takes_effect,
                               "Who signs the certificates of targets tls:HOST:PORT (PEM) "
                               "[the system's]")
                         .names_files(service::file_kind::certificate);
    options
        .flag("--target-insecure", target.insecure, takes_effect,
              "Believe whatever certificate such a target shows")
        .excludes(ca);
}

void take_certificates(const raw_tls& raw, tls_options& o) {
    if (!raw.keys.empty() && raw.certificates.empty()) {
        throw service::bad_option("--key", "needs the certificate as well: --cert FILE");
    }
    if (!raw.keys.empty() && raw.keys.size() != raw.certificates.size()) {
        throw service::bad_option("--key", "give one for each --cert, in their order, or none "
                                           "where the files of --cert hold them");
    }
    for (std::size_t i = 0; i < raw.certificates.size(); ++i) {
        o.certificates.push_back({raw.certificates[i], raw.keys.empty() ? "" : raw.keys[i]});
    }
}

client_certificates parse_ask(const std::string& text) {
    const auto found = ask_names.find(text);
    if (found == ask_names.end()) {
        throw service::bad_option("--verify-client",
                                  text + " is none of none, request and require");
    }
    return found->second;
}

/// The rules by path. Where names are allowed a certificate is required, unless the same path says
/// otherwise.
per_path<client_rule> client_rules(const raw_tls& raw) {
    per_path<std::optional<client_certificates>> asks;
    per_path<std::vector<std::string>> names;
    std::set<std::string> paths;
    once_a_path once("--verify-client");
    for (const auto& text : raw.verify_client) {
        const auto [path, ask] = split_path(text);
        once.note(path, ask);
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

void add_tls_options(service::option_list& options, raw_tls& raw, tls_options& o,
                     per_path<client_rule>& rules, target_tls_options& target) {
    add_server_options(options, raw, o);
    add_client_options(options, raw, o, rules);
    add_target_options(options, target);
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
        throw service::bad_option("--verify-client", "needs TLS: --cert FILE --key FILE");
    }
    if (asks && o.client_ca_file.empty() && !o.system_client_cas) {
        throw service::bad_option("--verify-client", "needs the CA that signs clients' "
                                                     "certificates: --cafile FILE");
    }
}

} // namespace wsgate
