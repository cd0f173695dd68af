// Hears, from a proxy that has connected, whom it speaks for.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/proxy_protocol.hpp"
#include "net/token.hpp"

namespace net {

/// Reads the PROXY header that the connection must begin with; bytes behind it are its early ones.
/// Nothing is sent. Errors: proxy_error, eof, timed_out, the socket's, and operation_aborted where
/// the wait was cancelled.
[[nodiscard]] asio::awaitable<boost::system::result<proxy_header>>
receive_proxy_header(connection&, clock::duration limit);

} // namespace net
