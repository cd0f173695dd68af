// A client's first TLS record, before anything is made for the client.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/tcp_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace wsgate {

/// Whether these first bytes of a connection are enough to begin a handshake with: a whole record
/// of the handshake (RFC 8446 5.1: at most 16 KiB and 5 bytes), or something else, of which OpenSSL
/// knows what to answer.
[[nodiscard]] bool is_first_record(std::span<const std::byte>);

/// Reads until is_first_record(), or until nothing more comes. OpenSSL's state for a connection
/// takes some 30 KB, so that it is not made for whoever just connects; these bytes are all that is
/// kept until then. `room` is the buffer of one read.
[[nodiscard]] boost::asio::awaitable<std::vector<std::byte>>
read_first_record(net::tcp_stream&, std::span<std::byte> room);

} // namespace wsgate
