// What holds for the connections of one listener: plain or TLS, and what paths mean.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/config.hpp"

#include <vector>

namespace wsgate {

struct listener_rules {
    speech speaks = speech::plain; ///< never by_certificate: that has been decided
    route_table routes;
};

[[nodiscard]] listener_rules make_listener_rules(const config&, const listen_address&);

/// The routes of all listeners, each once.
[[nodiscard]] std::vector<route> routes_of(const std::vector<listener_rules>&);

} // namespace wsgate
