// The table of paths.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/route.hpp"

#include <array>
#include <utility>

namespace wsgate {

std::optional<route> find_route(std::string_view path) {
    using entry = std::pair<std::string_view, route>;
    static constexpr std::array<entry, 3> table{{
        {"/wsServer", route::server},
        {"/wsClient", route::viewer},
        {"/websockify", route::viewer}, // what noVNC asks for by default
    }};
    if (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    for (const auto& [name, where] : table) {
        if (path == name) {
            return where;
        }
    }
    return std::nullopt;
}

std::string_view to_string(route r) {
    return r == route::server ? "server" : "viewer";
}

} // namespace wsgate
