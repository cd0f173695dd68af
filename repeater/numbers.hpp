// Everything that the metrics tell, as a value.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/meter.hpp"
#include "repeater/limits/source_limits.hpp"
#include "repeater/relay_workers.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace repeater {

/// What a server has at one moment. accepted = closed + open.
struct server_numbers {
    std::uint64_t accepted = 0; ///< connections of peers, with those that were closed at once
    std::uint64_t closed = 0;
    std::size_t open = 0;
    std::size_t handshakes = 0; ///< have not said yet what they want
    std::size_t waiting_viewers = 0;
    std::size_t waiting_servers = 0;
    std::size_t dialling = 0; ///< Mode I: their servers are being dialled
    std::size_t leaving = 0;  ///< are told why they get no session
    std::size_t sessions = 0;
    std::uint64_t probes = 0; ///< were closed without a byte
    std::array<source_limits::table_numbers, 2> sources;
    std::vector<relay_workers::thread_numbers> threads; ///< the one that decides first
    std::uint64_t handed_over = 0;                      ///< sessions, to workers
};

/// Taken in one step on the thread that decides, so that its parts fit each other.
struct numbers {
    server_numbers server;
    event_counts events;
    std::array<std::uint64_t, meter::output_names.size()> events_lost{};
    std::uint64_t lines_lost = 0; ///< of the log
};

} // namespace repeater
