// What a new process is given by the one before it, or by the keeper of a child that has crashed.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/handover/records.hpp"
#include "service/handover/heirloom.hpp"
#include "service/handover/records.hpp"

#include <vector>

namespace repeater {

struct inheritance {
    struct waiter {
        moved_waiter what;
        net::unique_fd socket;
    };

    service::inherited_listeners listeners; ///< `whose`: moved_listener::use
    std::vector<waiter> waiters;            ///< who has waited longest first
    moved_counts counts;
    outputs::position last_told;
    std::vector<outputs::queued> undelivered;
};

/// As service::inherit().
[[nodiscard]] inheritance inherit(const net::message_socket& from);

} // namespace repeater
