// Describes and reads listeners, targets, and the routes between them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/listen_flags.hpp"

#include "net/text/unix_path.hpp"
#include "wsgate/options/option_path.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wsgate {

namespace {

target read_target(const char* option, const std::string& text) {
    auto parsed = parse_target(text);
    if (!parsed) {
        throw service::bad_option(
            option, fmt::format("{} is no target: HOST:PORT, such as 127.0.0.1:5900 or [::1]:5900, "
                                "the same behind tls:, or unix:/PATH",
                                text));
    }
    return std::move(*parsed);
}

unsigned read_mode(const std::string& text) {
    const auto mode = net::parse_file_mode(text);
    if (!mode) {
        throw service::bad_option("--unix-listen-mode",
                                  fmt::format("{} is no mode of a file, such as 0660", text));
    }
    return *mode;
}

listen_address read_unix_listen(const std::string& path) {
    if (!net::is_unix_path(path)) {
        throw service::bad_option("--unix-listen",
                                  fmt::format("{} is no absolute path of up to {} bytes, such as "
                                              "/run/wsgate.sock",
                                              path, net::longest_unix_path));
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
            throw service::bad_option("--listen",
                                      fmt::format("{} is not ADDRESS:PORT[=MODE], such as *:6080, "
                                                  "127.0.0.1:6080=viewer or [::1]:6080, nor "
                                                  "unix:/PATH[=MODE] with a path of up to {} bytes",
                                                  text, net::longest_unix_path));
        }
        c.listen.push_back(std::move(*parsed));
    }
    for (const auto& path : raw.unix_listen) {
        c.listen.push_back(read_unix_listen(path));
    }
}

/// Makes a route from PATH=TARGET. The prefix is added later. A route with a target of its own has
/// its path as its name.
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

/// Adds the route; it replaces one of the same path that is there by default.
void take_route(const std::string& text, once_a_path& once, std::vector<route>& all) {
    const auto equals = text.find('=');
    auto path = parse_route_path(text.substr(0, equals));
    if (equals == std::string::npos || !path) {
        throw service::bad_option("--route", fmt::format("{} is not /PATH=TARGET, such as "
                                                         "/desk=127.0.0.1:5901",
                                                         text));
    }
    once.note(*path, text.substr(equals + 1));
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
    once_a_path once("--route");
    for (const auto& text : raw.routes) {
        take_route(text, once, c.routes);
    }
    if (raw.prefix.empty()) {
        return;
    }
    const auto prefix = parse_route_path(raw.prefix);
    if (!prefix || *prefix == "/") {
        throw service::bad_option("--prefix",
                                  fmt::format("{} is not /PATH, such as /vnc", raw.prefix));
    }
    c.prefix = *prefix;
    for (auto& each : c.routes) {
        put_before(*prefix, each);
    }
}

bool is_same_place(const listen_address& a, const listen_address& b) {
    return a.address == b.address && a.port == b.port && a.unix_path == b.unix_path &&
           a.inherited == b.inherited;
}

void add_listeners(service::option_list& options, raw_listen& raw, config& c) {
    using enum service::on_reload;
    options
        .list("--listen", raw.listen, "[HOW:]ADDR:PORT[=MODE]", needs_restart,
              fmt::format(
                  "Accept connections here; *:PORT is every address, port 0 any free one, "
                  "unix:/PATH a Unix socket; "
                  "before it `plain:`, `tls:`, or `sniff:` for both on one port [tls: where there "
                  "is a certificate]; behind it `=server`, `=viewer` or `=TARGET`: any path leads "
                  "there, under the policies of /wsServer or else /websockify; repeatable "
                  "[*:{}]",
                  listen_address{}.port))
        .decides(c.listen, are_same_places);
    options
        .list("--unix-listen", raw.unix_listen, "PATH", needs_restart,
              "As --listen unix:PATH, for paths with any character; repeatable")
        .decides(c.listen, are_same_places);
    options
        .text(
            "--unix-listen-mode", raw.unix_mode, "MODE", needs_restart,
            fmt::format("Who may connect to Unix sockets, as chmod(1) has it [{:#o}]", c.unix_mode))
        .decides(c.unix_mode);
}

} // namespace

bool are_same_places(const std::vector<listen_address>& a, const std::vector<listen_address>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_place);
}

void add_listen_options(service::option_list& options, raw_listen& raw, config& c) {
    using enum service::on_reload;
    add_listeners(options, raw, c);
    options
        .text("--server-target", raw.server_target, "TARGET", takes_effect,
              fmt::format("Where /wsServer leads, the repeater's port for servers: HOST:PORT, "
                          "tls:HOST:PORT to speak TLS there, or unix:/PATH [{}]",
                          to_string(c.server_target)))
        .decides(c.server_target);
    options
        .text("--viewer-target", raw.viewer_target, "TARGET", takes_effect,
              fmt::format("Where /wsClient and /websockify lead, its port for viewers [{}]",
                          to_string(c.viewer_target)))
        .decides(c.viewer_target);
    options
        .list("--route", raw.routes, "PATH=TARGET", takes_effect,
              "Let a path lead to a target, as viewers come, or to `server` or `viewer`; "
              "nothing behind the `=` removes a path; repeatable")
        .decides(c.routes);
    options
        .text("--prefix", raw.prefix, "PATH", takes_effect,
              "Put this before the paths of all routes, e.g. /vnc; options with PATH= want it "
              "as well [none]")
        .decides(c.prefix);
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
