// Finds a number in the text that Prometheus would read.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace support {

/// The value of "name{labels}"; "(none)" where there is no such line.
[[nodiscard]] inline std::string value_of(const std::string& text, const std::string& series) {
    const auto at = ("\n" + text).find("\n" + series + " ");
    if (at == std::string::npos) {
        return "(none)";
    }
    const auto begin = at + series.size() + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

} // namespace support
