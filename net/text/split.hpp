// Cuts a text at bytes of a set.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>
#include <vector>

namespace net {

/// The parts between the bytes of `at`, without empty ones.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, std::string_view at);

} // namespace net
