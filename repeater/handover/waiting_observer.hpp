// The interface of who hears which peers wait.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/handover/moved.hpp"

namespace repeater {

/// Told on the thread that decides, in the order in which it happens.
class waiting_observer {
public:
    waiting_observer() = default;
    waiting_observer(const waiting_observer&) = delete;
    waiting_observer& operator=(const waiting_observer&) = delete;
    virtual ~waiting_observer() = default;

    /// A peer waits from now on; its socket stays open until no_longer().
    virtual void waits(const moved_waiter&, int socket) = 0;

    /// It is about to be met, or closed.
    virtual void no_longer(session_number) = 0;
};

} // namespace repeater
