// Reads a request's head from a stream.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/stream.hpp"
#include "wsgate/http/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace wsgate {

/// Reads until the head is complete or refused; `incomplete` means that the client has gone.
/// `scanner` is a new one. `received` holds what came behind the last head, and grows; `room` is
/// the buffer of one read.
[[nodiscard]] boost::asio::awaitable<head_scanner::state> read_head(net::stream& client,
                                                                    head_scanner& scanner,
                                                                    std::string& received,
                                                                    std::span<std::byte> room);

} // namespace wsgate
