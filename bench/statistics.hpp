// Medians and quantiles.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace bench {

/// The value below which a share `q` of all values lies; 0 where there are none.
[[nodiscard]] inline double quantile(std::vector<double> values, double q) {
    if (values.empty()) {
        return 0;
    }
    const auto last = static_cast<double>(values.size() - 1);
    const auto at = values.begin() + std::lround(q * last);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// The middle value, or the mean of the middle two; 0 where there are none.
[[nodiscard]] inline double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    const auto half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

} // namespace bench
