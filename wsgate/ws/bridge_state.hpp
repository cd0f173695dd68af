// What a bridge remembers, for another one that goes on with it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ws/bridge_clock.hpp"
#include "wsgate/ws/bridge_summary.hpp"
#include "wsgate/ws/frame.hpp"

#include <cstddef>
#include <vector>

namespace wsgate {

/// All that a bridge has between two turns, but for its connections: a value, with which another
/// one goes on, in another thread or process.
struct bridge_state {
    frame_decoder decoder{ws_role::server}; ///< what the WebSocket's last bytes have begun
    std::vector<std::byte> to_tcp;          ///< payload that TCP has not taken
    std::vector<std::byte> to_websocket;    ///< frames that the WebSocket has not taken
    bridge_summary summary;
    bridge_clock::memory clock;
};

} // namespace wsgate
