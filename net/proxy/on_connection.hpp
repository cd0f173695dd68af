// Receives a PROXY header on a connection, and sends one.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/nothrow.hpp"
#include "net/proxy/reader.hpp"
#include "net/tcp_stream.hpp"

#include <span>

namespace net {

/// Reads the PROXY header that the connection must begin with, and not a byte more. Nothing is
/// sent. Errors: proxy_error (`nothing` where no byte came at all), eof, timed_out, the socket's,
/// and operation_aborted where the wait was cancelled.
[[nodiscard]] asio::awaitable<boost::system::result<proxy_header>>
receive_proxy_header(connection&, clock::duration limit);
[[nodiscard]] asio::awaitable<boost::system::result<proxy_header>>
receive_proxy_header(tcp_stream&, clock::duration limit);

/// Sends a header as its receiver may expect it, at once, on a connection that is new: its buffer
/// has room for it. Errors: the socket's; no_buffer_space where it has not.
[[nodiscard]] error_code send_proxy_header(tcp_stream&, std::span<const std::byte>);

} // namespace net
