// Version 2 of the PROXY header, a block of bytes.      haproxy's proxy-protocol.txt 2.2
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/proxy/header.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace net::proxy_block {

inline constexpr std::string_view start{"\r\n\r\n\0\r\nQUIT\n", 12};

/// Bytes of the fixed part, which tells how many there are in all.
inline constexpr std::size_t fixed_size = 16;

/// The size of the whole block, by its fixed part. Errors: those of the fixed part.
[[nodiscard]] boost::system::result<std::size_t> size_of(std::span<const std::byte, fixed_size>);

/// A whole block, whose fixed part was right.
[[nodiscard]] boost::system::result<proxy_header> parse(std::span<const std::byte>);

[[nodiscard]] std::vector<std::byte> format(const proxy_header&);

} // namespace net::proxy_block
