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

route_table route_table::catch_all(route r) {
    route_table t({std::move(r)});
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
