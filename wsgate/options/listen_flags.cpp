// Listeners, targets, and the table of routes between them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/listen_flags.hpp"

#include "net/number.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wsgate {

namespace {

target read_target(const char* option, const std::string& text) {
    auto parsed = parse_target(text);
    if (!parsed) {
        throw CLI::ValidationError(
            option, fmt::format("{} is no target: HOST:PORT, such as 127.0.0.1:5900 or [::1]:5900, "
                                "the same behind tls:, or unix:/PATH",
                                text));
    }
    return std::move(*parsed);
}

/// Octal, as chmod(1) has it.
unsigned read_mode(const std::string& text) {
    constexpr int octal = 8;
    constexpr unsigned most = 0777;
    const auto mode = net::parse_number<unsigned>(text, octal);
    if (!mode || *mode > most) {
        throw CLI::ValidationError("--unix-listen-mode",
                                   fmt::format("{} is no mode of a file, such as 0660", text));
    }
    return *mode;
}

listen_address read_unix_listen(const std::string& path) {
    if (!path.starts_with('/') || path.size() < 2 || path.size() > longest_unix_path) {
        throw CLI::ValidationError("--unix-listen",
                                   fmt::format("{} is no absolute path of up to {} bytes, such as "
                                               "/run/wsgate.sock",
                                               path, longest_unix_path));
    }
    listen_address at;
    at.unix_path = path;
    return at;
}

void take_listeners(const raw_listen& raw, config& c) {
    c.listens_by_default = raw.listen.empty() && raw.unix_listen.empty();
    if (!c.listens_by_default) {
        c.listen.clear();
    }
    if (!raw.unix_mode.empty()) {
        c.unix_mode = read_mode(raw.unix_mode);
    }
    for (const auto& text : raw.listen) {
        auto parsed = parse_listen(text);
        if (!parsed) {
            throw CLI::ValidationError("--listen",
                                       fmt::format("{} is not ADDRESS:PORT[=MODE], such as *:6080, "
                                                   "127.0.0.1:6080=viewer or [::1]:6080, nor "
                                                   "unix:/PATH[=MODE]",
                                                   text));
        }
        c.listen.push_back(std::move(*parsed));
    }
    for (const auto& path : raw.unix_listen) {
        c.listen.push_back(read_unix_listen(path));
    }
}

/// The path has no prefix here; the name of a route of its own is its path.
std::optional<route> make_route(std::string path, const std::string& leads_to) {
    if (leads_to.empty()) {
        return std::nullopt;
    }
    for (const auto who : {visitor::server, visitor::viewer}) {
        if (leads_to == to_string(who)) {
            return route{std::move(path), leads_to, who};
        }
    }
    return route{path, path, visitor::viewer, read_target("--route", leads_to)};
}

/// Takes the place of what the path meant before.
void take_route(const std::string& text, std::vector<route>& all) {
    const auto equals = text.find('=');
    auto path = parse_route_path(text.substr(0, equals));
    if (equals == std::string::npos || !path) {
        throw CLI::ValidationError("--route", fmt::format("{} is not /PATH=TARGET, such as "
                                                          "/desk=127.0.0.1:5901",
                                                          text));
    }
    all.erase(
        std::remove_if(all.begin(), all.end(), [&path](const route& r) { return r.path == *path; }),
        all.end());
    if (auto made = make_route(std::move(*path), text.substr(equals + 1))) {
        all.push_back(std::move(*made));
    }
}

void put_before(const std::string& prefix, route& r) {
    const bool is_named_by_path = r.name == r.path;
    r.path = r.path == "/" ? prefix : prefix + r.path;
    if (is_named_by_path) {
        r.name = r.path;
    }
}

void take_routes(const raw_listen& raw, config& c) {
    for (const auto& text : raw.routes) {
        take_route(text, c.routes);
    }
    if (raw.prefix.empty()) {
        return;
    }
    const auto prefix = parse_route_path(raw.prefix);
    if (!prefix || *prefix == "/") {
        throw CLI::ValidationError("--prefix",
                                   fmt::format("{} is not /PATH, such as /vnc", raw.prefix));
    }
    c.prefix = *prefix;
    for (auto& each : c.routes) {
        put_before(*prefix, each);
    }
}

} // namespace

void add_listen_options(CLI::App& app, raw_listen& raw) {
    app.add_option("--listen", raw.listen,
                   "Accept connections here; *:PORT is every address, port 0 any free one, "
                   "unix:/PATH a Unix socket; "
                   "before it `plain:`, `tls:`, or `sniff:` for both on one port [tls: where there "
                   "is a certificate]; behind it `=server`, `=viewer` or `=TARGET`: any path leads "
                   "there, under the policies of /wsServer or else /websockify; repeatable "
                   "[*:6080]")
        ->type_name("[HOW:]ADDR:PORT[=MODE]")
        ->allow_extra_args(false);
    app.add_option("--unix-listen", raw.unix_listen,
                   "As --listen unix:PATH, for paths with any character; repeatable")
        ->type_name("PATH")
        ->allow_extra_args(false);
    app.add_option("--unix-listen-mode", raw.unix_mode,
                   "Who may connect to Unix sockets, as chmod(1) has it [0600]")
        ->type_name("MODE");
    app.add_option("--server-target", raw.server_target,
                   "Where /wsServer leads, the repeater's port for servers: HOST:PORT, "
                   "tls:HOST:PORT to speak TLS there, or unix:/PATH [127.0.0.1:5500]")
        ->type_name("TARGET");
    app.add_option("--viewer-target", raw.viewer_target,
                   "Where /wsClient and /websockify lead, its port for viewers [127.0.0.1:5900]")
        ->type_name("TARGET");
    app.add_option("--route", raw.routes,
                   "Let a path lead to a target, as viewers come, or to `server` or `viewer`; "
                   "nothing behind the `=` removes a path; repeatable")
        ->type_name("PATH=TARGET")
        ->allow_extra_args(false);
    app.add_option("--prefix", raw.prefix,
                   "Put this before the paths of all routes, e.g. /vnc; options with PATH= want it "
                   "as well [none]")
        ->type_name("PATH");
}

void take_over(const raw_listen& raw, config& c) {
    if (!raw.server_target.empty()) {
        c.server_target = read_target("--server-target", raw.server_target);
    }
    if (!raw.viewer_target.empty()) {
        c.viewer_target = read_target("--viewer-target", raw.viewer_target);
    }
    take_listeners(raw, c);
    take_routes(raw, c);
}

} // namespace wsgate
