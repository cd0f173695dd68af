// The WebSocket server behind a ws_proxy, as far as the load plays it: its opening handshake.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/socket.hpp"

#include <string_view>

namespace bench {

/// The answer to the key that all clients of the load send, which is RFC 6455 1.3's example.
inline constexpr std::string_view ws_answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLBmiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// The frame that holds the first byte of a session.
inline constexpr std::string_view first_ws_frame = "\x82\x01R";

/// Receives some of a request; true once its head is complete, with no frame behind it. Errors:
/// std::system_error; std::runtime_error at the end of the stream.
[[nodiscard]] bool take_request(const unique_fd&);

/// Answers a request, and sends the first frame with the answer.
void answer_request(const unique_fd&);

} // namespace bench
