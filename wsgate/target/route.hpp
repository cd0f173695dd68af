// Which paths lead to which targets.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/target/target.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgate {

/// Who comes along a route.
enum class visitor {
    server, ///< through its tunnel, which may be mute for long
    viewer,
};

[[nodiscard]] std::string_view to_string(visitor);

struct route {
    std::string path; ///< decoded, without a slash at the end; its policies hold for the sessions
    std::string name; ///< in the log and the metrics
    visitor who = visitor::viewer;
    std::optional<target> to{}; ///< nothing: where all such visitors go

    friend bool operator==(const route&, const route&) = default;
};

/// What the paths of one listener mean.
class route_table {
public:
    explicit route_table(std::vector<route> all) : routes_(std::move(all)) {}

    /// Every path leads to the same: for a listener behind a proxy that takes the path away.
    [[nodiscard]] static route_table catch_all(route);

    /// The route of a path, in the table; null where there is none. Case counts; one slash at the
    /// end does not.
    [[nodiscard]] const route* find(std::string_view decoded_path) const;

    /// Whether every path leads to the same. A path that is asked for without an upgrade is still
    /// one of files.
    [[nodiscard]] bool takes_all() const { return takes_all_; }

    /// All of them; a single one where takes_all().
    [[nodiscard]] const std::vector<route>& routes() const { return routes_; }

private:
    std::vector<route> routes_;
    bool takes_all_ = false;
};

/// The path of a route as it was written, without its last slash; nothing where it begins with no
/// slash, or where no decoded path could equal it.
[[nodiscard]] std::optional<std::string> parse_route_path(std::string_view);

/// The routes that there are unless others are configured: /wsServer; /wsClient; /websockify, which
/// noVNC asks for by default.
[[nodiscard]] std::vector<route> default_routes();

/// The one of them that speaks for all such visitors: whose policies hold where any path is taken.
[[nodiscard]] std::string_view main_path(visitor);

} // namespace wsgate
