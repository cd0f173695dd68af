// Connects to a target behind a Unix socket.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/target/dialled.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace wsgate {

/// Where the socket's queue is full, waits up to `limit`. `proxy_header`: sent first (see target).
[[nodiscard]] asio::awaitable<dialled> dial_unix(std::string path, std::chrono::milliseconds limit,
                                                 std::vector<std::byte> proxy_header = {});

} // namespace wsgate
