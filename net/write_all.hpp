// Writes a whole buffer.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/stream.hpp"

#include <cstdint>

namespace net {

/// Completes when all of it is in the stream, or with the error that prevented it. Adds to
/// `written` as it goes; others on the same event loop may look at any time.
[[nodiscard]] asio::awaitable<error_code> write_all(stream&, std::span<const std::byte>,
                                                    std::uint64_t& written);

[[nodiscard]] asio::awaitable<error_code> write_all(stream&, std::span<const std::byte>);

} // namespace net
