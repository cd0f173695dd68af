// The number by which accepted peers are told apart.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>

namespace repeater {

/// Numbers accepted peers, from 1. A pair goes by the number of its viewer.
enum class session_number : std::uint64_t {};

} // namespace repeater
