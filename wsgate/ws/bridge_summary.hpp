// What a bridge carried, and why it ended.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ws/frame.hpp"

#include <cstdint>
#include <string>

namespace wsgate {

/// Which end, or the bridge itself, ended the session.
enum class ended_by { websocket, tcp, bridge };

/// Why a session ended; only the first cause is kept.
enum class end_cause {
    none,                  ///< there is none yet
    websocket_closed,      ///< the WebSocket's Close came; it is answered with the same code
    websocket_lost,        ///< the WebSocket's connection ended or broke without a Close
    websocket_broke_rules, ///< it sent what RFC 6455 or the options forbid: 1002, 1003 or 1007
    tcp_closed,            ///< the TCP connection's end of stream: 1000
    tcp_lost,              ///< the TCP connection broke: 1011
    tcp_unreachable,       ///< the TCP connection could not be made: 1011
    no_pong,               ///< the WebSocket did not answer a ping in time: 1011
    idle,                  ///< no data moved for too long: 1001
    going_away,            ///< go_away() was called: 1001
    defect,                ///< an exception, memory for instance; neither end is told why
};

[[nodiscard]] constexpr ended_by side_of(end_cause why) {
    switch (why) {
    case end_cause::websocket_closed:
    case end_cause::websocket_lost:
        return ended_by::websocket;
    case end_cause::tcp_closed:
    case end_cause::tcp_lost:
    case end_cause::tcp_unreachable:
        return ended_by::tcp;
    case end_cause::none:
    case end_cause::websocket_broke_rules:
    case end_cause::no_pong:
    case end_cause::idle:
    case end_cause::going_away:
    case end_cause::defect:
        break;
    }
    return ended_by::bridge;
}

struct bridge_summary {
    end_cause cause = end_cause::none;
    close_code code = close_code::abnormal;
    std::string reason; ///< the Close frame's text, or what broke; may hold bytes from outside
    std::uint64_t to_tcp = 0;       ///< payload bytes that the TCP connection took
    std::uint64_t to_websocket = 0; ///< payload bytes that were put into frames
    bool dropped_text = false;      ///< text frames came, and were ignored (text_frames::drop)
};

} // namespace wsgate
