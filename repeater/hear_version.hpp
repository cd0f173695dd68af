// Reads the protocol version that a peer begins with.                            RFC 6143 7.1.1
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "net/stream.hpp"
#include "rfb/version.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <vector>

namespace repeater {

/// `early` holds what the peer has sent before, and grows by what is read: until there are the
/// twelve bytes of a version in it, and not a byte more. Errors: the stream's; rfb::error where
/// they are no version.
[[nodiscard]] net::asio::awaitable<boost::system::result<rfb::protocol_version>>
hear_version(net::stream&, std::vector<std::byte>& early);

} // namespace repeater
