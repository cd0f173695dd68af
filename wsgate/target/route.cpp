// Searches the tables one entry after the other, since they are short.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/route.hpp"

#include <algorithm>

namespace wsgate {

namespace {

std::string_view without_last_slash(std::string_view path) {
    if (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return path;
}

bool is_control(char c) {
    constexpr auto first_printable = ' ';
    constexpr auto del = '\x7f';
    return static_cast<unsigned char>(c) < first_printable || c == del;
}

} // namespace

std::string_view to_string(visitor v) {
    return v == visitor::server ? "server" : "viewer";
}

route_table route_table::catch_all(route r, std::string prefix) {
    route_table t({std::move(r)}, std::move(prefix));
    t.takes_all_ = true;
    return t;
}

const route* route_table::find(std::string_view path) const {
    if (takes_all_) {
        return &routes_.front();
    }
    path = without_last_slash(path);
    const auto found = std::find_if(routes_.begin(), routes_.end(),
                                    [path](const route& r) { return r.path == path; });
    return found == routes_.end() ? nullptr : &*found;
}

const route* route_table::find_beside_page(
    std::string_view path, const std::function<bool(std::string_view directory)>& has_page) const {
    if (takes_all_) {
        return nullptr;
    }
    path = without_last_slash(path);
    const route* found = nullptr;
    for (const auto& each : routes_) {
        const auto own = std::string_view{each.path}.substr(prefix_.size());
        const bool is_longer = found == nullptr || each.path.size() > found->path.size();
        if (own.size() < 2 || !path.ends_with(own) || !is_longer) {
            continue;
        }
        const auto directory = path.substr(0, path.size() - own.size() + 1);
        if (has_page(behind_prefix(directory).value_or(directory))) {
            found = &each;
        }
    }
    return found;
}

std::optional<std::string_view> route_table::behind_prefix(std::string_view path) const {
    if (prefix_.empty() || !path.starts_with(prefix_) ||
        !path.substr(prefix_.size()).starts_with('/')) {
        return std::nullopt;
    }
    return path.substr(prefix_.size());
}

std::optional<std::string> parse_route_path(std::string_view text) {
    if (!text.starts_with('/') || text.starts_with("//") ||
        text.find_first_of("?#%\\ ") != std::string_view::npos ||
        std::any_of(text.begin(), text.end(), is_control)) {
        return std::nullopt;
    }
    return std::string{without_last_slash(text)};
}

std::vector<route> default_routes() {
    return {{"/wsServer", "server", visitor::server},
            {"/wsClient", "viewer", visitor::viewer},
            {"/websockify", "viewer", visitor::viewer}};
}

std::string_view main_path(visitor v) {
    return v == visitor::server ? "/wsServer" : "/websockify";
}

} // namespace wsgate
