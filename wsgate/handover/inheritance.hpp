// What a new process is given by the one before it, before that lets go of anything.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/message_socket.hpp"
#include "service/handover/heirloom.hpp"
#include "service/systemd.hpp"
#include "wsgate/handover/records.hpp"
#include "wsgate/ops/metrics.hpp"

#include <cstdint>
#include <vector>

namespace wsgate {

struct inheritance {
    service::inherited_listeners listeners;         ///< `whose`: moved_listener::use
    std::vector<service::inherited_socket> sockets; ///< that a service manager has opened
    std::vector<ticket_ring::aged_key> ticket_keys; ///< newest first
    std::uint64_t accepted = 0;                     ///< connections so far
    metric_counts counts;
};

/// As service::inherit().
[[nodiscard]] inheritance inherit(const net::message_socket& from);

void add(metric_counts& to, moved_numbers);

} // namespace wsgate
