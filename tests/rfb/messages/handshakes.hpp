// Whole handshakes, message by message.                                    RFC 6143 7.1-7.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/side.hpp"
#include "tests/rfb/messages/client_examples.hpp"

#include <utility>
#include <vector>

namespace support {

using said_in_turn = std::vector<std::pair<rfb::side, bytes>>;

/// A desktop of 800 x 600 pixels in the usual format, called lab.
[[nodiscard]] inline bytes usual_server_init() {
    return from_hex("0320 0258 20180001 00ff00ff00ff 100800 000000 00000003 6c6162");
}

/// 3.8, None, shared.
[[nodiscard]] inline said_in_turn usual_handshake() {
    using rfb::side;
    return {{side::server, bytes_of("RFB 003.008\n")}, {side::viewer, bytes_of("RFB 003.008\n")},
            {side::server, from_hex("01 01")},         {side::viewer, from_hex("01")},
            {side::server, from_hex("00000000")},      {side::viewer, from_hex("01")},
            {side::server, usual_server_init()}};
}

} // namespace support
