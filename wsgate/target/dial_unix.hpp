// Connects to a target behind a Unix socket.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/target/dialled.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace wsgate {

/// Waits, up to the limit, where the target's queue is full. `proxy_header`: sent first, as a
/// target's.
[[nodiscard]] asio::awaitable<dialled> dial_unix(std::string path, std::chrono::milliseconds limit,
                                                 std::vector<std::byte> proxy_header = {});

} // namespace wsgate
