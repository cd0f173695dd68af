// Sends texts and files to clients that may be slow.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/stream.hpp"
#include "wsgate/http/byte_range.hpp"
#include "wsgate/http/static_files.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

namespace wsgate {

namespace asio = boost::asio;

// Each returns false where the client has gone, or has taken no byte at all for `no_progress`; it
// may be as slow as it likes otherwise.

/// Completes when an attempt to write is worth making.
[[nodiscard]] asio::awaitable<bool> wait_writable(net::stream&,
                                                  std::chrono::milliseconds no_progress);

[[nodiscard]] asio::awaitable<bool> send_text(net::stream&, std::string,
                                              std::chrono::milliseconds no_progress);

/// Sends these bytes of the file. Returns false also where the file has become shorter meanwhile.
/// Keeps nothing in `scratch` while it waits.
[[nodiscard]] asio::awaitable<bool> send_content(net::stream&, const static_file&, byte_range,
                                                 std::span<std::byte> scratch,
                                                 std::chrono::milliseconds no_progress);

} // namespace wsgate
