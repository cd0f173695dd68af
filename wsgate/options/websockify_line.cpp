// Turns websockify's form into one listener that takes any path, and refuses or ignores what has no
// meaning here.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/websockify_line.hpp"

#include "net/text/host_port.hpp"
#include "net/text/unix_path.hpp"
#include "wsgate/options/listen_flags.hpp"
#include "wsgate/options/option_path.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

namespace wsgate {

namespace {

constexpr auto group = "As websockify, which has [ADDR:]PORT HOST:PORT for one listener and one "
                       "target";

using refusal_of = service::bad_option;

void add_ignored_and_refused(service::option_list& options, raw_websockify& raw) {
    using enum service::on_reload;
    options.flag("--file-only", raw.file_only, takes_effect, "Directories are never listed here")
        .group(group);
    options.flag("--libserver", raw.libserver, takes_effect, "Ignored").group(group);
    options.flag("--traffic", raw.traffic, takes_effect, "Ignored").group(group);
    options.flag("--legacy-syslog", raw.legacy_syslog, takes_effect, "Ignored").group(group);
    options.text("--record", raw.record, "FILE", takes_effect, "Refused")
        .group(group)
        .names_files(service::file_kind::secret);
    options.text("--wrap-mode", raw.wrap_mode, "MODE", takes_effect, "Refused").group(group);
}

/// Adds the words and options that name its one listener and its one target.
void add_form(service::option_list& options, raw_websockify& raw, config& c) {
    using enum service::on_reload;
    options
        .text("--unix-target", raw.unix_target, "PATH", takes_effect,
              "The target is this Unix socket")
        .group(group)
        .decides(c.listen);
    options
        .flag("--ssl-only", raw.ssl_only, takes_effect,
              "No plain connections: with --cert, this form takes both on its port")
        .group(group)
        .decides(c.listen);
    options
        .flag("--ssl-target", raw.ssl_target, takes_effect,
              "Speak TLS to the target, and verify it")
        .group(group)
        .decides(c.listen);
}

void refuse(const raw_websockify& raw) {
    if (!raw.record.empty()) {
        throw refusal_of("--record", "sessions are not recorded here; leave it out");
    }
    if (!raw.wrap_mode.empty()) {
        throw refusal_of("--wrap-mode", "programs are not wrapped here: start yours by itself and "
                                        "name its address as the target");
    }
}

void warn(const raw_websockify& raw, config& c) {
    const auto say = [&c](bool given, const char* option) {
        if (given) {
            c.warnings.push_back(fmt::format("{} has no meaning here and is ignored", option));
        }
    };
    say(raw.libserver, "--libserver");
    say(raw.traffic, "--traffic");
    say(raw.legacy_syslog, "--legacy-syslog");
    if (!raw.key_password.empty()) {
        c.warnings.emplace_back("--key-password can be seen in the list of processes: prefer "
                                "--key-password-file");
    }
}

asio::ip::address address_in(const sockaddr& from) {
    asio::ip::tcp::endpoint e;
    const auto size = from.sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes
    const auto* const bytes = reinterpret_cast<const char*>(&from);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes
    std::copy(bytes, bytes + size, reinterpret_cast<char*>(e.data()));
    e.resize(size);
    return e.address();
}

/// An address of this machine by its name: the first one of the preferred family, or else the first
/// of the other.
asio::ip::address look_up(const std::string& host, bool prefer_ipv6) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (const auto error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
        throw refusal_of(host,
                         fmt::format("no address of this machine: {}", ::gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
    const auto* best = found;
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        if (each->ai_family == (prefer_ipv6 ? AF_INET6 : AF_INET)) {
            best = each;
            break;
        }
    }
    return address_in(*best->ai_addr);
}

/// Reads [ADDR:]PORT; the address may be a name, and an IPv6 address needs no brackets.
listen_address read_source(const std::string& text, bool prefer_ipv6) {
    const bool has_host = text.find(':') != std::string::npos;
    const auto written = has_host ? text : ":" + text;
    const auto from = net::split_host_port(written);
    if (!from) {
        throw refusal_of(text, "is not [ADDR:]PORT to listen on, such as 6080, 127.0.0.1:6080 or "
                               "[::1]:6080");
    }
    listen_address at;
    at.port = from->port;
    const std::string host{from->host};
    if (host.empty() || host == "*") {
        return at;
    }
    boost::system::error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    // Python's socket of [::] hears IPv4 as well, which is every address.
    if (not_literal || literal != asio::ip::address_v6::any()) {
        at.address = not_literal ? look_up(host, prefer_ipv6) : literal;
    }
    return at;
}

/// Reads HOST:PORT; an IPv6 address needs no brackets.
target read_target(const std::string& text) {
    auto to = parse_target(text);
    if (const auto colon = text.rfind(':'); !to && colon != std::string::npos) {
        to = parse_target(fmt::format("[{}]:{}", text.substr(0, colon), text.substr(colon + 1)));
    }
    if (!to) {
        throw refusal_of(text, "is no target: HOST:PORT, such as localhost:5900");
    }
    return std::move(*to);
}

/// Takes the target from what is left of the words or from --unix-target; nothing where tokens
/// choose it.
std::optional<target> take_target(const raw_websockify& raw, const std::vector<std::string>& words,
                                  const config& c) {
    const bool is_unix = !raw.unix_target.empty();
    if (words.size() > (is_unix || c.access.tokens.is_used() ? 0U : 1U)) {
        throw refusal_of(words.back(),
                         words.size() > 1
                             ? "is a word too many: [ADDR:]PORT HOST:PORT; commands are not wrapped"
                             : "there is a target already: --unix-target, or what tokens say");
    }
    std::optional<target> to;
    if (is_unix) {
        to = target{raw.unix_target};
        to->is_unix = true;
        if (!net::is_unix_path(raw.unix_target)) {
            throw refusal_of("--unix-target",
                             fmt::format("{} is no absolute path of up to {} bytes",
                                         raw.unix_target, net::longest_unix_path));
        }
    } else if (!words.empty()) {
        to = read_target(words.front());
    } else if (!c.access.tokens.is_used()) {
        throw refusal_of("HOST:PORT", "the target is missing behind [ADDR:]PORT");
    }
    if (is_unix && raw.ssl_target) {
        throw refusal_of("--ssl-target", "is for targets HOST:PORT: at a Unix socket there is no "
                                         "name that a certificate could be for");
    }
    if (to && raw.ssl_target) {
        to->tls = true;
    }
    return to;
}

/// Sets listener and target. The first word is where to listen, unless another option has said
/// that.
void take_form(const raw_websockify& raw, config& c) {
    auto words = raw.words;
    if (c.listens_by_default && !c.process.inetd) {
        if (words.empty()) {
            throw refusal_of("--unix-target", "needs [ADDR:]PORT to listen on");
        }
        c.listen = {read_source(words.front(), raw.prefer_ipv6)};
        c.listens_by_default = false;
        words.erase(words.begin());
    }
    const catch_all all{visitor::viewer, take_target(raw, words, c)};
    for (auto& each : c.listen) {
        each.leads_to = all;
    }
    c.catch_all_for_unnamed = all;
    c.session.openings.style = opening_style::websockify;
}

void take_speech(const raw_websockify& raw, config& c) {
    const bool has_tls = !c.tls.certificates.empty();
    if (raw.ssl_only && !has_tls) {
        throw refusal_of("--ssl-only", "needs --cert FILE");
    }
    for (auto& each : c.listen) {
        if (raw.ssl_only) {
            each.speaks = speech::tls;
        } else if (raw.is_meant() && has_tls) {
            each.speaks = speech::sniffed;
        }
    }
}

void take_process(const raw_websockify& raw, config& c) {
    if (raw.verbose) {
        c.log_level = service::log_level::debug;
    }
    if (raw.heartbeat) {
        c.bridge.ping = *raw.heartbeat;
    }
    // Without websockify's form, whoever writes this more likely means a limit of sessions.
    if (raw.idle_timeout && !raw.is_meant()) {
        throw refusal_of("--idle-timeout",
                         "ends the whole gateway, in websockify's form only; here "
                         "say --idle-exit, or --session-idle for sessions");
    }
    if (raw.idle_timeout) {
        c.process.idle_exit = *raw.idle_timeout;
    }
}

bool is_way_to_ask(const std::string& word) {
    return word == "none" || word == "request" || word == "require" ||
           !split_path(word).first.empty();
}

} // namespace

void add_websockify_options(service::option_list& options, raw_websockify& raw, config& c) {
    using enum service::on_reload;
    options.rest("form", raw.words);
    options.flag("-v,--verbose", raw.verbose, needs_restart, "As --log-level debug")
        .group(group)
        .is_also(*options.find_for_file("log-level"))
        .decides(c.log_level);
    options
        .seconds("--heartbeat", raw.heartbeat, {0.0, service::a_day}, takes_effect,
                 "As --ping-interval")
        .group(group)
        .is_also(*options.find_for_file("ping-interval"))
        .decides(c.bridge.ping);
    options
        .seconds("--idle-timeout", raw.idle_timeout, {0.0, service::a_year}, needs_restart,
                 "As --idle-exit")
        .group(group)
        .is_also(*options.find_for_file("idle-exit"))
        .decides(c.process.idle_exit);
    add_form(options, raw, c);
    options
        .text("--key-password", raw.key_password, "TEXT", takes_effect,
              "Opens encrypted keys; all can see it in the list of processes")
        .group(group)
        .is_also(*options.find_for_file("key-password-file"))
        .decides(c.tls.key_password);
    options
        .flag("-6,--prefer-ipv6", raw.prefer_ipv6, needs_restart,
              "Of a name to listen on, take the address of IPv6")
        .group(group)
        .decides(c.listen, are_same_places);
    add_ignored_and_refused(options, raw);
}

std::vector<std::string> plain_words(std::vector<std::string> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--") {
            throw refusal_of("--", "commands are not wrapped here: start yours by itself and name "
                                   "its address as the target");
        }
        if (words[i] != "--verify-client") {
            continue;
        }
        if (i + 1 < words.size() && is_way_to_ask(words[i + 1])) {
            words[i] += "=" + words[i + 1];
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        } else {
            words[i] += "=require";
        }
    }
    return words;
}

void take_over(const raw_websockify& raw, config& c) {
    refuse(raw);
    warn(raw, c);
    take_process(raw, c);
    c.tls.key_password = raw.key_password;
    if (raw.is_meant()) {
        c.access.tokens.tls = raw.ssl_target;
        take_form(raw, c);
    } else if (raw.ssl_target) {
        throw refusal_of("--ssl-target", "belongs to websockify's form; here say --viewer-target "
                                         "tls:HOST:PORT");
    }
    take_speech(raw, c);
}

} // namespace wsgate
