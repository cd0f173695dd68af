// Has another process take over when that is wanted: the keeper starts it, or we do.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/successor.hpp"
#include "service/handover/starter.hpp"

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace repeater {

/// Belongs to the thread that decides. One upgrade at a time.
class upgrades {
public:
    /// All that it refers to outlives it.
    struct parts {
        net::event_loop& loop;
        repeater::server& server;
        repeater::sinks& sinks;
        service::record_channel* keeper; ///< null: there is none
        service::starter* starter;       ///< null: the keeper starts the other process
        std::function<std::vector<server::listening>()> more_listeners; ///< beside the server's
        std::function<void()> left; ///< called once another process serves
    };

    explicit upgrades(parts p) : parts_(std::move(p)) {}

    upgrades(const upgrades&) = delete;
    upgrades& operator=(const upgrades&) = delete;
    ~upgrades() = default;

    /// Wants one. Where there cannot be one, an event says why.
    void want();

    /// The keeper has started a process, to which this leads.
    void begin(net::message_socket);

    /// This process is about to end: nobody is to take over, unless it has.
    void cancel();

    /// Whether another process serves.
    [[nodiscard]] bool has_left() const { return has_left_; }

private:
    void start();
    [[nodiscard]] asio::awaitable<void> hand_over();
    void end_successor();

    void fail(const std::string& why) { parts_.sinks.receive(event::upgrade_failed{why}); }

    parts parts_;
    std::optional<successor> successor_;
    pid_t pid_ = 0; ///< of the process that we have started
    bool has_left_ = false;
};

} // namespace repeater
