// What the handshake has shown of both programs: some numbers mean different messages.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace rfb {

struct message_dialect {
    bool ultra = false; ///< UltraVNC's messages
    bool tight = false; ///< security type 16: Tight's file transfer
};

} // namespace rfb
