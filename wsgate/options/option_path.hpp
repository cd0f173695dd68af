// Options whose value may hold for one path only: [PATH=]VALUE.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option.hpp"
#include "wsgate/target/per_path.hpp"

#include <fmt/format.h>
#include <map>
#include <string>
#include <utility>

namespace wsgate {

/// Splits into the path (empty: all paths) and the value. A path begins with a slash; values never
/// have a slash in front and a `=` behind it.
[[nodiscard]] inline std::pair<std::string, std::string> split_path(const std::string& text) {
    const auto equals = text.find('=');
    if (!text.starts_with('/') || equals == std::string::npos) {
        return {"", text};
    }
    auto path = text.substr(0, equals);
    if (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return {path, text.substr(equals + 1)};
}

/// What is behind the path.
[[nodiscard]] inline std::string value_in(const std::string& text) {
    return split_path(text).second;
}

/// The value for this path, or for all where it is empty.
template <class T>
T& place_of(per_path<T>& in, const std::string& path) {
    return path.empty() ? in.all : in.by_path[path];
}

/// For values of which one path can have one only: refuses a second one that is different.
class once_a_path {
public:
    explicit once_a_path(const char* option) : option_(option) {}

    /// Throws service::bad_option.
    void note(const std::string& path, const std::string& value) {
        const auto [at, is_new] = seen_.emplace(path, value);
        if (!is_new && at->second != value) {
            throw service::bad_option(option_, fmt::format(R"("{}" and "{}" are both said for {})",
                                                           at->second, value,
                                                           path.empty() ? "all paths" : path));
        }
    }

private:
    const char* option_;
    std::map<std::string, std::string> seen_;
};

template <class T>
void put(per_path<T>& into, const std::string& path, T value) {
    if (path.empty()) {
        into.all = std::move(value);
    } else {
        into.by_path.insert_or_assign(path, std::move(value));
    }
}

} // namespace wsgate
