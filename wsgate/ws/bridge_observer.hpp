// The interface by which a bridge reports what it does, as it happens; metrics implement it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <chrono>
#include <cstddef>

namespace wsgate {

/// Which way data moves: from the WebSocket to TCP, or from TCP to the WebSocket.
enum class direction { to_tcp, to_websocket };

/// Called on the bridge's thread, partly at every read, so it must not block, allocate or throw.
class bridge_observer {
public:
    bridge_observer() = default;
    bridge_observer(const bridge_observer&) = delete;
    bridge_observer& operator=(const bridge_observer&) = delete;
    virtual ~bridge_observer() = default;

    /// Payload bytes were written toward their receiver.
    virtual void moved(direction, std::size_t bytes) = 0;

    /// A receiver takes nothing for now (true), or does so again (false). Calls with the same value
    /// as before change nothing.
    virtual void stalled(direction, bool) = 0;

    /// A pong has come so long after the oldest ping that was not answered before.
    virtual void pong_after(std::chrono::duration<double>) = 0;

    /// The TCP connection was made, so long after it was dialled.
    virtual void connected(std::chrono::duration<double> after) = 0;

    /// The TCP connection could not be made.
    virtual void failed(const net::error_code&) = 0;
};

} // namespace wsgate
