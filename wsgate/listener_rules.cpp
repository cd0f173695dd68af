// Makes a listener's rules from the configuration.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/listener_rules.hpp"

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

speech resolved(speech s, const config& c) {
    if (s != speech::by_certificate) {
        return s;
    }
    return c.tls.certificates.empty() ? speech::plain : speech::tls;
}

/// The one route of a listener that takes any path. Its policies are those of the path by which
/// such visitors usually come.
route single_route(const config& c, const catch_all& all) {
    return {c.path_of(all.who), all.to ? to_string(*all.to) : std::string{to_string(all.who)},
            all.who, all.to};
}

} // namespace

listener_rules make_listener_rules(const config& c, const listen_address& at) {
    return {resolved(at.speaks, c),
            at.leads_to ? route_table::catch_all(single_route(c, *at.leads_to), c.prefix)
                        : route_table(c.routes, c.prefix)};
}

std::vector<route> routes_of(const std::vector<listener_rules>& listeners) {
    std::vector<route> all;
    for (const auto& each : listeners) {
        for (const auto& r : each.routes.routes()) {
            if (std::find(all.begin(), all.end(), r) == all.end()) {
                all.push_back(r);
            }
        }
    }
    return all;
}

} // namespace wsgate
