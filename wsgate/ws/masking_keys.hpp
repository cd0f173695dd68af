// Makes random masking keys for the frames that we send as a WebSocket client.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ws/frame.hpp"

namespace wsgate {

/// A key_source that nobody can predict (RFC 6455 10.3). Throws std::runtime_error where there is
/// no randomness.
[[nodiscard]] masking_key random_masking_key();

} // namespace wsgate
