// Options whose value may hold for one path only: [PATH=]VALUE.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/target/per_path.hpp"

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

template <class T>
void put(per_path<T>& into, const std::string& path, T value) {
    if (path.empty()) {
        into.all = std::move(value);
    } else {
        into.by_path.insert_or_assign(path, std::move(value));
    }
}

} // namespace wsgate
