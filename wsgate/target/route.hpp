// Which paths lead to which targets.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/target/target.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgate {

/// Which side of VNC comes by a route.
enum class visitor {
    server, ///< comes through a tunnel, which may be mute for long
    viewer,
};

[[nodiscard]] std::string_view to_string(visitor);

struct route {
    std::string path; ///< decoded, without a slash at the end; its policies hold for the sessions
    std::string name; ///< what log and metrics call it
    visitor who = visitor::viewer;
    std::optional<target> to{}; ///< nothing: the target of such visitors

    friend bool operator==(const route&, const route&) = default;
};

/// What the paths of one listener mean.
class route_table {
public:
    /// `prefix` is in front of the paths of all routes; empty: none.
    explicit route_table(std::vector<route> all, std::string prefix = {})
        : routes_(std::move(all)), prefix_(std::move(prefix)) {}

    /// A table in which every path leads to the same route, for a listener behind a proxy that
    /// strips the path.
    [[nodiscard]] static route_table catch_all(route, std::string prefix = {});

    /// The route of a path, in the table; null where there is none. Case counts; one slash at the
    /// end does not. `path` is from normal_path().
    [[nodiscard]] const route* find(std::string_view path) const;

    /// The route that a page means by an address relative to its own: a page in /novnc/ asks for
    /// /novnc/websockify. `has_page` says whether we serve a page in a directory, which is given
    /// without the prefix and with a slash at its end. Null where there is no such route.
    [[nodiscard]] const route*
    find_beside_page(std::string_view path,
                     const std::function<bool(std::string_view directory)>& has_page) const;

    /// What is behind the prefix, with a slash in front; nothing for any other path, and where
    /// there is no prefix.
    [[nodiscard]] std::optional<std::string_view> behind_prefix(std::string_view path) const;

    [[nodiscard]] const std::string& prefix() const { return prefix_; }

    /// Whether every path leads to the same route. That is so for upgrades only: a request without
    /// one is for a file.
    [[nodiscard]] bool takes_all() const { return takes_all_; }

    /// All routes; a single one where takes_all().
    [[nodiscard]] const std::vector<route>& routes() const { return routes_; }

private:
    std::vector<route> routes_;
    std::string prefix_;
    bool takes_all_ = false;
};

/// Reads the path of a route, and takes off a slash at its end. Nothing where it does not begin
/// with a slash, or where no decoded path could equal it.
[[nodiscard]] std::optional<std::string> parse_route_path(std::string_view);

/// The routes that exist unless others are configured: /wsServer; /wsClient; /websockify, which
/// noVNC asks for by default.
[[nodiscard]] std::vector<route> default_routes();

/// The default path of such visitors, whose policies hold for them at a listener that takes any
/// path.
[[nodiscard]] std::string_view main_path(visitor);

} // namespace wsgate
