// Opens and reads the files that the configuration names.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/terms.hpp"

#include "service/descriptors.hpp"
#include "wsgate/ops/readiness.hpp"
#include "wsgate/target/dial.hpp"
#include "wsgate/target/proxy_header.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <string>
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

std::optional<static_root> open_web(const std::string& directory,
                                    std::shared_ptr<const hidden_files> hidden) {
    if (directory.empty()) {
        return std::nullopt;
    }
    try {
        return std::optional<static_root>(std::in_place, directory, std::move(hidden));
    } catch (const std::system_error& e) {
        throw std::runtime_error(fmt::format("cannot serve files from {}: {} (choose another with "
                                             "--web)",
                                             directory, e.code().message()));
    }
}

/// One descriptor in ten is left for all that is no connection: logs, names, files, reloads.
config with_limits(config c) {
    if (c.process.run_once) {
        c.access.limits.sessions.all = 1;
    }
    if (c.access.limits.connections == 0) {
        c.access.limits.connections = service::descriptor_limit() / 10 * 9;
    }
    return c;
}

std::unique_ptr<const tls_server> load_certificates(const tls_options& o,
                                                    std::shared_ptr<ticket_ring> tickets,
                                                    const tls_server* before) {
    return o.certificates.empty()
               ? nullptr
               : std::make_unique<const tls_server>(o, std::move(tickets), before);
}

bool speaks_tls_to_targets(const config& c, const std::vector<listener_rules>& listeners) {
    const auto all = routes_of(listeners);
    return c.access.tokens.is_used() || // tokens may name targets tls:HOST:PORT at any time
           std::any_of(all.begin(), all.end(), [&c](const route& r) { return c.target_of(r).tls; });
}

std::shared_ptr<const tls_client> make_target_tls(const config& c,
                                                  const std::vector<listener_rules>& listeners) {
    if (!speaks_tls_to_targets(c, listeners)) {
        return nullptr;
    }
    tls_client_options o;
    o.ca_file = c.target_tls.ca_file;
    o.verify = !c.target_tls.insecure;
    return std::make_shared<const tls_client>(o);
}

} // namespace

terms::terms(config c, access_memory& memory, std::shared_ptr<ticket_ring> tickets,
             const wsgate::doorman::complaint& complain, std::shared_ptr<const hidden_files> hidden,
             const tls_server* tls_before)
    : conf(with_limits(std::move(c))), listeners(make_rules(conf)),
      files(open_web(conf.web, std::move(hidden))), doorman(conf.access, memory, complain),
      tls(load_certificates(conf.tls, std::move(tickets), tls_before)),
      target_tls(make_target_tls(conf, listeners)) {
    const auto needs_certificate = [](const listener_rules& d) {
        return d.speaks != speech::plain;
    };
    if (!tls && std::any_of(listeners.begin(), listeners.end(), needs_certificate)) {
        throw std::runtime_error("a listener speaks TLS, which needs --cert FILE --key FILE");
    }
}

std::vector<dialler> terms::probes() const {
    std::vector<target> all;
    for (const auto& r : routes_of(listeners)) {
        if (conf.access.needs_token(r.path)) {
            continue; // tokens choose its targets
        }
        auto to = conf.target_of(r);
        to.tls = false;
        if (const auto version = conf.proxy.send.of(r.path)) { // this target demands a header
            to.proxy_header = proxy_header_of({}, *version);
        }
        if (std::find(all.begin(), all.end(), to) == all.end()) {
            all.push_back(std::move(to));
        }
    }
    std::vector<dialler> probes;
    probes.reserve(all.size());
    for (auto& to : all) {
        // All addresses of a name have to get their turn within the probe's own time.
        const auto limit = std::min(conf.limits.connect, readiness_options{}.probe);
        probes.emplace_back(
            [to = std::move(to), limit, tcp = conf.tcp] { return dial(to, limit, tcp); });
    }
    return probes;
}

} // namespace wsgate
