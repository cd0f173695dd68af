// Sends an answer or a file to a client that takes its time.
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

// A client may be as slow as it likes, but not take nothing at all for `no_progress`. False: it did
// so, or it has gone.

/// Completes when an attempt to write is worth making.
[[nodiscard]] asio::awaitable<bool> wait_writable(net::stream&,
                                                  std::chrono::milliseconds no_progress);

[[nodiscard]] asio::awaitable<bool> send_text(net::stream&, std::string,
                                              std::chrono::milliseconds no_progress);

/// These bytes of the file, which holds them; false also where it no longer does. `scratch` is used
/// between two waits only.
[[nodiscard]] asio::awaitable<bool> send_content(net::stream&, const static_file&, byte_range,
                                                 std::span<std::byte> scratch,
                                                 std::chrono::milliseconds no_progress);

} // namespace wsgate
