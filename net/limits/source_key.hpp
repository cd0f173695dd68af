// What counts as one source in limits and brakes: an IPv4 address, or an IPv6 network of /64.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>

namespace net {

namespace asio = boost::asio;

/// Zero where there is no address: behind a Unix socket where no field names one.
enum class source_key : std::uint64_t {};

[[nodiscard]] source_key key_of(const std::optional<asio::ip::address>&);

/// A key for each source and kind of something, for tables that have a row for each of these.
[[nodiscard]] source_key key_of(const std::optional<asio::ip::address>&, std::uint64_t kind);

} // namespace net
