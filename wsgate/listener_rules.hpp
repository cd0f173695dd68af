// A listener as its connections see it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/config.hpp"

#include <vector>

namespace wsgate {

struct door {
    speech speaks = speech::plain; ///< never by_certificate
    route_table routes;
};

[[nodiscard]] door make_door(const config&, const listen_address&);

/// Those of all doors, each once.
[[nodiscard]] std::vector<route> routes_of(const std::vector<door>&);

} // namespace wsgate
