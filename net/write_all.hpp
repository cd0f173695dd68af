// Writes a whole buffer.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/stream.hpp"

namespace net {

/// Completes when all of it is in the stream, or with the error that prevented it.
[[nodiscard]] asio::awaitable<error_code> write_all(stream&, std::span<const std::byte>);

} // namespace net
