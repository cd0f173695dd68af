// The process that this one takes over from.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "repeater/events/sinks.hpp"
#include "repeater/handover/records.hpp"
#include "repeater/server.hpp"
#include "service/handover/record_channel.hpp"

#include <array>
#include <chrono>
#include <vector>

namespace repeater {

/// Takes what comes from it after the handshake: live pairs, and peers that say hello to it.
/// Belongs to the thread that decides.
class predecessor {
public:
    /// `first` has come already. All others outlive this.
    predecessor(net::event_loop&, server&, sinks&, net::message_socket,
                std::vector<service::record> first);
    predecessor(const predecessor&) = delete;
    predecessor& operator=(const predecessor&) = delete;
    ~predecessor() = default;

private:
    struct arrived {
        moved_pair what;
        std::array<net::unique_fd, 2> sockets;
    };

    void take(service::record);
    void take_kept(const service::record&);
    void take_pair(service::record);
    void relay_all(const service::record&);
    void take_guest(service::record);
    void tell_upgraded(const service::record&);

    server& server_;
    sinks& sinks_;
    std::array<std::vector<std::byte>, 2> kept_; ///< of the next pair
    std::vector<arrived> pairs_;                 ///< not ours yet
    net::clock::duration pause_{};               ///< the longest
    service::record_channel channel_;
};

} // namespace repeater
