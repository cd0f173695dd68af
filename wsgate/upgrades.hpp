// Has another process take over when that is wanted.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "service/handover/starter.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/successor.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace wsgate {

/// Belongs to the thread of the server. One upgrade at a time.
class upgrades {
public:
    /// All of them outlive it. No starter: this process cannot be replaced.
    upgrades(net::event_loop&, server&, journal&, service::starter*);
    upgrades(const upgrades&) = delete;
    upgrades& operator=(const upgrades&) = delete;
    ~upgrades() = default;

    /// Wants one. Where there cannot be one, the journal says why.
    void want();

    /// This process is about to end: nobody is to take over, unless it has.
    void cancel();

    /// Whether another process serves.
    [[nodiscard]] bool has_left() const { return has_left_; }

private:
    void start();
    [[nodiscard]] asio::awaitable<void> hand_over();

    net::event_loop& loop_;
    server& server_;
    journal& journal_;
    service::starter* starter_;
    std::optional<successor> successor_;
    pid_t pid_ = 0; ///< of the process that we have started
    bool has_left_ = false;
};

} // namespace wsgate
