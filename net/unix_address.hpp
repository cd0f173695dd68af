// Addresses of Unix sockets, and sockets that are given one.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/unix_path.hpp"
#include "net/unique_fd.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <optional>
#include <string_view>
#include <sys/socket.h>

namespace net {

namespace asio = boost::asio;

/// What bind(2), connect(2) and sendto(2) take: data() and size(). It holds for sockets of any
/// type.
using unix_address = asio::local::stream_protocol::endpoint;

/// Nothing where the path is longer than longest_unix_path. A path that begins with a NUL is a name
/// in the kernel's abstract space.
[[nodiscard]] std::optional<unix_address> unix_address_of(std::string_view path);

/// As the system wants it beside data().
[[nodiscard]] inline socklen_t size_of(const unix_address& a) {
    return static_cast<socklen_t>(a.size());
}

/// `type`: SOCK_STREAM or SOCK_DGRAM. The socket does not block, and children do not inherit it.
/// None, and errno set, where the system has no more.
[[nodiscard]] unique_fd open_unix_socket(int type);

} // namespace net
