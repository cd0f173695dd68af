// The process that this one takes over from.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "service/handover/record_channel.hpp"
#include "wsgate/handover/inheritance.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/server.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace wsgate {

/// What a process that takes over has of the one before it: nothing of it was touched so far.
struct succession {
    net::message_socket from{}; ///< none: this is the first process
    inheritance given{};
};

/// Takes what comes from it after the handshake: live sessions, in portions, and what it still
/// counts. Belongs to the thread of the server.
class predecessor {
public:
    /// `first` has come already. All others outlive this.
    predecessor(net::event_loop&, server&, journal&, net::message_socket,
                std::vector<service::record> first);
    predecessor(const predecessor&) = delete;
    predecessor& operator=(const predecessor&) = delete;
    ~predecessor() = default;

private:
    struct arrived {
        moved_session what;
        std::vector<net::unique_fd> sockets;
    };

    void take(service::record);
    void take_session(service::record);
    void carry_all(const service::record&);
    void tell_upgraded(const service::record&);

    server& server_;
    journal& journal_;
    std::vector<std::byte> kept_to_tcp_; ///< of the next session
    std::vector<std::byte> kept_to_client_;
    std::vector<arrived> sessions_; ///< not ours yet
    net::clock::duration pause_{};  ///< the longest
    service::record_channel channel_;
};

} // namespace wsgate
