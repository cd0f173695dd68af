// The entries of a table that have the lowest session numbers.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/rules/session_number.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace repeater {

/// Up to so many of them, the oldest first. They are valid until the table changes.
template <class T>
std::vector<const T*> oldest_of(const std::unordered_map<session_number, std::unique_ptr<T>>& table,
                                std::size_t at_most) {
    std::vector<std::pair<session_number, const T*>> all;
    all.reserve(table.size());
    for (const auto& [number, each] : table) {
        all.emplace_back(number, each.get());
    }
    const auto count = std::min(at_most, all.size());
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(all.begin(), end, all.end());
    std::vector<const T*> oldest;
    std::transform(all.begin(), end, std::back_inserter(oldest),
                   [](const auto& each) { return each.second; });
    return oldest;
}

} // namespace repeater
