// A peer's first words: greet it, and read the block that says what it wants.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/config.hpp"
#include "repeater/peer.hpp"
#include "rfb/hello.hpp"

namespace repeater {

/// Sends viewers "RFB 000.000\n", then collects the hello block, all within limits.handshake.
/// Bytes behind the block go to `p.early`. An error means that the peer is to be closed, and the
/// event has said why; one of rfb's category, that it said something we do not understand.
[[nodiscard]] asio::awaitable<rfb::result<rfb::hello>> introduce(peer& p, const config&,
                                                                 event_sink&);

} // namespace repeater
