// Compares listeners with certificates, and the paths of options with those of routes.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/cross_checks.hpp"

#include "service/option.hpp"

#include <algorithm>
#include <string>

namespace wsgate {

namespace {

void check_path(const config& c, const char* option, const std::string& path) {
    const bool is_route = std::any_of(c.routes.begin(), c.routes.end(),
                                      [&](const route& each) { return each.path == path; });
    if (!is_route && path != c.path_of(visitor::server) && path != c.path_of(visitor::viewer)) {
        throw service::bad_option(option, path + " is the path of no route");
    }
}

template <class T>
void check_paths_of(const config& c, const char* option, const per_path<T>& rules) {
    for (const auto& [path, rule] : rules.by_path) {
        check_path(c, option, path);
    }
}

} // namespace

void check_paths(const config& c) {
    check_paths_of(c, "--origin", c.access.origins);
    check_paths_of(c, "--auth-file", c.access.passwords);
    check_paths_of(c, "--verify-client", c.client_rules);
    check_paths_of(c, "--send-proxy", c.proxy.send);
    for (const auto& path : c.session.status_paths) {
        check_path(c, "--legacy-status", path);
    }
    for (const auto& path : c.access.token_paths) {
        check_path(c, "--token-path", path);
    }
}

void check_speech(const config& c) {
    for (const auto& each : c.listen) {
        const bool needs_tls = each.speaks == speech::tls || each.speaks == speech::sniffed;
        if (needs_tls && c.tls.certificates.empty()) {
            throw service::bad_option("--listen", "TLS needs --cert FILE --key FILE");
        }
    }
}

} // namespace wsgate
