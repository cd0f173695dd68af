// Doors, directory, targets; and what has been settled once for all.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/setup.hpp"

#include "wsgate/target/dial.hpp"
#include "wsgate/target/proxy_header.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace wsgate {

namespace {

std::vector<listener_rules> make_rules(const config& c) {
    std::vector<listener_rules> all;
    for (const auto& at : c.listen) {
        all.push_back(make_listener_rules(c, at));
    }
    return all;
}

std::optional<static_root> open_web(const std::string& directory) {
    if (directory.empty()) {
        return std::nullopt;
    }
    try {
        return std::optional<static_root>(directory);
    } catch (const std::system_error& e) {
        throw std::runtime_error(fmt::format("cannot serve files from {}: {} (choose another with "
                                             "--web)",
                                             directory, e.code().message()));
    }
}

config one_session_at_a_time(config c) {
    if (c.process.run_once) {
        c.access.sessions.all = 1;
    }
    return c;
}

bool is_same_place(const listen_address& a, const listen_address& b) {
    return a.address == b.address && a.port == b.port && a.unix_path == b.unix_path &&
           a.inherited == b.inherited;
}

bool are_same_places(const std::vector<listen_address>& a, const std::vector<listen_address>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_place);
}

} // namespace

setup::setup(config c)
    : conf(one_session_at_a_time(std::move(c))), listeners(make_rules(conf)),
      files(open_web(conf.web)) {}

bool setup::speaks_tls_to_targets() const {
    const auto all = routes_of(listeners);
    return conf.access.tokens.is_used() || // tokens may name targets tls:HOST:PORT at any time
           std::any_of(all.begin(), all.end(),
                       [this](const route& r) { return conf.target_of(r).tls; });
}

std::vector<dialler> setup::probes() const {
    std::vector<target> all;
    for (const auto& r : routes_of(listeners)) {
        if (conf.access.needs_token(r.path)) {
            continue; // its targets are those of tokens
        }
        auto to = conf.target_of(r);
        to.tls = false;
        if (const auto version = conf.proxy.send.of(r.path)) { // a target that demands a header
            to.greeting = announcement({}, *version);
        }
        if (std::find(all.begin(), all.end(), to) == all.end()) {
            all.push_back(std::move(to));
        }
    }
    std::vector<dialler> probes;
    probes.reserve(all.size());
    for (auto& to : all) {
        probes.emplace_back([to = std::move(to), limit = conf.limits.connect, tcp = conf.tcp] {
            return dial(to, limit, tcp);
        });
    }
    return probes;
}

std::string keep_what_needs_a_restart(const config& now, config& next) {
    std::string all;
    const auto keep = [&all](bool same, const auto& value, auto& to, const char* options) {
        if (!same) {
            all.append(all.empty() ? "" : " ").append(options);
            to = value;
        }
    };
    keep(are_same_places(now.listen, next.listen), now.listen, next.listen, "listen");
    const auto keep_equal = [&keep](const auto& value, auto& to, const char* options) {
        keep(value == to, value, to, options);
    };
    keep_equal(now.unix_mode, next.unix_mode, "unix-listen-mode");
    keep_equal(now.admin.listen, next.admin.listen, "admin-listen");
    keep_equal(now.admin.allow, next.admin.allow, "admin-allow");
    keep_equal(now.threads, next.threads, "threads");
    keep_equal(now.access.brake, next.access.brake, "max-failures");
    keep_equal(now.process, next.process, "daemon/user/inetd/run-once/timeout/idle-exit");
    keep_equal(now.log_file, next.log_file, "log-file");
    keep_equal(now.syslog, next.syslog, "syslog");
    keep_equal(now.log_format, next.log_format, "log-format");
    keep_equal(now.log_level, next.log_level, "log-level");
    return all;
}

} // namespace wsgate
