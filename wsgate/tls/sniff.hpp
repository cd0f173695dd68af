// TLS or not, by a connection's first byte, which stays where it is.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"

namespace wsgate {

namespace asio = boost::asio;

enum class first_byte { tls, plain, none };

/// Waits for it; `none`: the peer has closed. The connection is as it was afterwards.
[[nodiscard]] asio::awaitable<first_byte> sniff(net::connection&);

} // namespace wsgate
