// A listener as its connections see it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/config.hpp"

#include <vector>

namespace wsgate {

struct listener_rules {
    speech speaks = speech::plain; ///< never by_certificate
    route_table routes;
};

[[nodiscard]] listener_rules make_listener_rules(const config&, const listen_address&);

/// Those of all listeners, each once.
[[nodiscard]] std::vector<route> routes_of(const std::vector<listener_rules>&);

} // namespace wsgate
