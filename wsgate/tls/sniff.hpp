// Tells TLS from plain text by a connection's first byte, which stays in the socket.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/tcp_stream.hpp"

namespace wsgate {

namespace asio = boost::asio;

enum class first_byte {
    tls,
    plain,
    none, ///< the peer has closed before it
};

/// Waits for the first byte and leaves it in the socket.
[[nodiscard]] asio::awaitable<first_byte> sniff(net::tcp_stream&);

} // namespace wsgate
