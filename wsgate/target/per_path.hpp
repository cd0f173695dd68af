// A value that may differ by the path of a request.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace wsgate {

/// A value for all paths, with other values for some of them.
template <class T>
struct per_path {
    T all{};
    std::map<std::string, T, std::less<>> by_path; ///< without a slash at the end

    friend bool operator==(const per_path&, const per_path&) = default;

    [[nodiscard]] const T& of(std::string_view path) const {
        if (path.size() > 1 && path.ends_with('/')) {
            path.remove_suffix(1);
        }
        const auto found = by_path.find(path);
        return found == by_path.end() ? all : found->second;
    }
};

} // namespace wsgate
