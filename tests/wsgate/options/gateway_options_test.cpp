// All options of the gateway: what a reload makes of each, and the defaults that --help tells.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/option_table.hpp"
#include "wsgate/options/gateway_options.hpp"

#include <gtest/gtest.h>

namespace gateway_options_test {

namespace {

using support::option_change;
using support::option_words;

const option_words tls{"--cert=/c", "--cafile=/ca"};
const option_words form{"6080", "h:1"};

option_words both(option_words a, const option_words& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

option_change change(const std::string& word) {
    return {{}, {word}};
}

option_change change(const option_words& around, const std::string& word,
                     const std::string& log_names = {}) {
    return {around, both(around, {word}), log_names};
}

const std::map<std::string, option_change> access_changes{
    {"origin", change("--origin=same-host")},
    {"origin-required", change("--origin-required")},
    {"trusted-proxy", change("--trusted-proxy=none")},
    {"real-ip-header", change("--real-ip-header=Forwarded")},
    {"auth-file", change("--auth-file=/users")},
    {"web-auth", change({"--auth-file=/users"}, "--web-auth")},
    {"auth-plugin", {{}, {"--auth-plugin=BasicHTTPAuth", "--auth-source=u:p"}}},
    {"auth-source",
     {{"--auth-plugin=BasicHTTPAuth", "--auth-source=u:p"},
      {"--auth-plugin=BasicHTTPAuth", "--auth-source=u:q"}}},
    {"token-source", change("--token-source=/t")},
    {"token-plugin", change({"--token-source=/t"}, "--token-plugin=TokenFileName")},
    {"target-config", change("--target-config=/t")},
    {"token-key", change("--token-key=/k")},
    {"token-path", change({"--token-key=/k"}, "--token-path=/wsClient")},
    {"host-token", change({"--token-key=/k"}, "--host-token")},
    {"allow-target", change({"--token-key=/k"}, "--allow-target=10.0.0.0/8:5900")},
    {"max-sessions", change("--max-sessions=1")},
    {"max-per-ip", change("--max-per-ip=1")},
    {"max-connections", change("--max-connections=1")},
    {"max-connections-per-source", change("--max-connections-per-source=1")},
    {"max-handshakes", change("--max-handshakes=1")},
    {"max-handshakes-per-source", change("--max-handshakes-per-source=1")},
    {"max-tls-handshakes", change("--max-tls-handshakes=1")},
    {"connection-rate", change("--connection-rate=7/s")},
    {"upgrade-rate", change("--upgrade-rate=7/s,8")},
    {"source-exempt", change("--source-exempt=10.0.0.0/8")},
    {"max-failures", change("--max-failures=1")},
};

const std::map<std::string, option_change> tls_changes{
    {"cert", change("--cert=/c")},
    {"key", change({"--cert=/c"}, "--key=/k")},
    {"key-password-file", change("--key-password-file=/p")},
    {"ssl-version", change("--ssl-version=tlsv1_3")},
    {"ssl-ciphers", change("--ssl-ciphers=ECDHE+AESGCM")},
    {"tls-watch", change("--tls-watch=1")},
    {"verify-client", change(tls, "--verify-client=require")},
    {"cafile", change("--cafile=/ca")},
    {"allow-client-name", change(tls, "--allow-client-name=n")},
    {"target-cafile", change("--target-cafile=/ca")},
    {"target-insecure", change("--target-insecure")},
};

const std::map<std::string, option_change> other_changes{
    {"listen", change("--listen=*:1")},
    {"unix-listen", change({}, "--unix-listen=/s", "listen")},
    {"unix-listen-mode", change("--unix-listen-mode=0660")},
    {"server-target", change("--server-target=h:1")},
    {"viewer-target", change("--viewer-target=h:1")},
    {"route", change("--route=/r=h:1")},
    {"prefix", change("--prefix=/vnc")},
    {"web", change("--web=/w")},
    {"cache-max-age", change("--cache-max-age=1")},
    {"frame-options", change("--frame-options=deny")},
    {"hsts", change("--hsts=31536000,includeSubDomains")},
    {"send-proxy", change("--send-proxy=v2")},
    {"accept-proxy", change("--accept-proxy")},
    {"proxy-timeout", change("--proxy-timeout=1")},
    {"admin-listen", change("--admin-listen=127.0.0.1:1")},
    {"admin-allow", change({"--admin-listen=127.0.0.1:1"}, "--admin-allow=10.0.0.0/8")},
    {"text-frames", change("--text-frames=forward")},
    {"base64", change("--base64")},
    {"legacy-status", change("--legacy-status=/wsServer")},
    {"connect-first", change("--connect-first")},
    {"verbose-close", change("--verbose-close")},
    {"handshake-timeout", change("--handshake-timeout=1")},
    {"keep-alive", change("--keep-alive=1")},
    {"max-head", change("--max-head=8192")},
    {"connect-timeout", change("--connect-timeout=1")},
    {"ping-interval", change("--ping-interval=1")},
    {"pong-timeout", change("--pong-timeout=1")},
    {"session-idle", change("--session-idle=1")},
    {"drain-timeout", change("--drain-timeout=1")},
    {"upgrade-timeout", change("--upgrade-timeout=1")},
    {"dial", change("--dial=at-once")},
    {"max-frame", change("--max-frame=1024")},
    {"threads", change("--threads=7")},
    {"log-file", change("--log-file=/l")},
    {"syslog", change("--syslog=/dev/log")},
    {"log-format", change("--log-format=json")},
    {"log-level", change("--log-level=warn")},
    {"daemon", change("--daemon")},
    {"user", change("--user=vnc")},
    {"allow-root", change("--allow-root")},
    {"sandbox", change("--sandbox=off")},
    {"core-dumps", change("--core-dumps")},
    {"pid-file", change("--pid-file=/p")},
    {"inetd", change("--inetd")},
    {"run-once", change("--run-once")},
    {"timeout", change("--timeout=1")},
    {"idle-exit", change("--idle-exit=1")},
    {"verbose", change({}, "--verbose", "log-level")},
    {"heartbeat", change(form, "--heartbeat=1")},
    {"idle-timeout", change(form, "--idle-timeout=1", "idle-exit")},
    {"unix-target", {form, {"6080", "--unix-target=/s"}}},
    {"ssl-only", change(both(form, tls), "--ssl-only")},
    {"ssl-target", change(form, "--ssl-target")},
    {"key-password", change("--key-password=p")},
};

std::map<std::string, option_change> all_changes() {
    auto all = access_changes;
    all.insert(tls_changes.begin(), tls_changes.end());
    all.insert(other_changes.begin(), other_changes.end());
    return all;
}

const std::map<std::string, support::option_values> lists{
    {"origin", {{}, "https://a", "app://.", "https://a,app://."}},
    {"trusted-proxy", {{}, "10.0.0.0/8", "::1", "10.0.0.0/8,::1"}},
    {"source-exempt", {{}, "10.0.0.0/8", "::1", "10.0.0.0/8,::1"}},
    {"auth-file", {{}, "/a", "/b"}},
    {"token-key", {{}, "/a", "/b"}},
    {"token-path", {{"--token-key=/k"}, "/wsClient", "/websockify"}},
    {"allow-target", {{"--token-key=/k"}, "h:1", "unix:/s", "h:1,unix:/s"}},
    {"cert", {{}, "/a", "/b"}},
    {"key", {{"--cert=/a", "--cert=/b"}, "/c", "/d", "", true}},
    {"verify-client", {tls, "request", "/wsServer=require"}},
    {"allow-client-name", {tls, "a", "b"}},
    {"listen", {{}, "*:1", "127.0.0.1:2"}},
    {"unix-listen", {{}, "/a", "/b"}},
    {"route", {{}, "/a=h:1", "/b=h:2"}},
    {"send-proxy", {{}, "v1", "/wsServer=off"}},
    {"admin-allow", {{"--admin-listen=127.0.0.1:1"}, "10.0.0.0/8", "::1", "10.0.0.0/8,::1"}},
    {"legacy-status", {{}, "/wsServer", "/wsClient"}},
};

bool has_form(const option_words& words) {
    return !words.empty() && words.front() == form.front();
}

bool uses_tokens(const option_words& words) {
    return std::any_of(words.begin(), words.end(), [](const std::string& word) {
        return word.starts_with("--token-") || word.starts_with("--target-config");
    });
}

/// The changes of options that are given without websockify's form, or in it.
std::map<std::string, option_change> changes_in_form(bool in_form) {
    std::map<std::string, option_change> all;
    for (auto [name, change] : all_changes()) {
        if (in_form && !has_form(change.after)) {
            const bool has_target = !uses_tokens(change.after); // they choose it
            change.after.insert(change.after.begin(), form.begin(),
                                form.end() - (has_target ? 0 : 1));
        }
        if (has_form(change.after) == in_form) {
            all.emplace(name, change);
        }
    }
    return all;
}

} // namespace

TEST(GatewayOptions, AddUpWhereTheyMayBeRepeated) {
    support::expect_lists_add_up<wsgate::config, wsgate::gateway_options>(
        lists, changes_in_form(false), service::repeated::refused);
}

TEST(GatewayOptions, OfWebsockifysFormCountByTheirLastValue) {
    support::expect_lists_add_up<wsgate::config, wsgate::gateway_options>(
        lists, changes_in_form(true), service::repeated::last_one_counts);
}

TEST(GatewayOptions, AreInForceAfterAReloadOrNamed) {
    support::expect_all_are_in_force_or_named<wsgate::config, wsgate::gateway_options>(
        all_changes(), {// for websockify's command lines, which may have them
                        "file-only", "libserver", "traffic", "legacy-syslog",
                        // refused whatever they say
                        "record", "wrap-mode",
                        // only where a name of this machine has addresses of both kinds
                        "prefer-ipv6"});
}

TEST(GatewayOptions, HaveTheDefaultsThatHelpTells) {
    support::expect_brackets_are_defaults<wsgate::config, wsgate::gateway_options>(
        all_changes(),
        {"none", "no TLS", "in the file of --cert", "the variable WSGATE_KEY_PASSWORD",
         wsgate::our_ciphers, "any", "any that is signed", "the system's",
         "the paths that viewers come by: /wsClient, /websockify and those of --route",
         "wherever they say", "nowhere", "nobody", "not sent", "twice --ping-interval",
         "one a core", "standard error", "refused", "nine tenths of the descriptors"});
}

/// Whatever names files says of what kind they are, so that no secret is served by chance.
TEST(GatewayOptions, SayWhatFilesTheirValuesName) {
    const std::set<std::string> without_files{
        // sockets are never served
        "--listen", "--unix-listen", "--server-target", "--viewer-target", "--route",
        "--unix-target", "--allow-target", "--syslog", "--admin-listen",
        // paths of requests
        "--prefix", "--token-path", "--legacy-status",
        // anything else
        "--unix-listen-mode", "--ssl-ciphers", "--verify-client", "--allow-client-name", "--origin",
        "--trusted-proxy", "--source-exempt", "--auth-plugin", "--auth-source", "--token-plugin",
        "--send-proxy", "--admin-allow", "--user", "--wrap-mode", "--key-password", "--hsts"};
    wsgate::config c;
    const wsgate::gateway_options options(c);
    for (const auto& each : options.list().all()) {
        if (each.takes_any_text()) {
            EXPECT_NE(each.kind_of_files().has_value(), without_files.contains(each.name()))
                << each.name() << ": call names_files(), or add it to this list";
        }
    }
}

TEST(GatewayOptions, TellTheFilesThatTheyName) {
    using support::described;
    const described<wsgate::config, wsgate::gateway_options> given(
        {"--cert=/c", "--key=/k", "--auth-file=/all", "--auth-file=/websockify=/one",
         "--token-key=/t", "--token-key=/u", "--web=/w"});
    std::set<std::string> secrets;
    std::set<std::string> others;
    for (const auto& each : given.config.own_files) {
        (each.kind == service::file_kind::secret ? secrets : others)
            .insert(each.option + each.path);
    }
    EXPECT_EQ(secrets, (std::set<std::string>{"--key/k", "--auth-file/all", "--auth-file/one",
                                              "--token-key/t", "--token-key/u"}));
    EXPECT_EQ(others, (std::set<std::string>{"--cert/c", "--web/w"}));
}

} // namespace gateway_options_test
