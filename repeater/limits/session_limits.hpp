// How long a session may last, be silent, and hold what its receiver does not take.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <cstdint>

namespace repeater {

/// 0: no limit. security 2, T2, T3
struct session_limits {
    /// There are bytes for a peer, and it takes none of them.
    std::chrono::milliseconds write_stall{60'000};
    std::chrono::milliseconds idle{0};    ///< neither side has sent anything
    std::chrono::milliseconds longest{0}; ///< from its start, whatever it does
    /// One side has ended, and nothing moves any more. Has no "no limit".
    std::chrono::milliseconds linger{10'000};
    std::uint64_t bandwidth = 0; ///< bytes a second, each way
};

/// Bytes that the kernel keeps for a receiver beyond what is under way to it: of a direction that
/// flows as many as a pipe moves at once, since fewer would cost CPU.
constexpr int unsent_at_first = 64 * 1024;
constexpr int unsent_while_it_flows = 256 * 1024;

} // namespace repeater
