// Version 1 of the PROXY header, a line of text.        haproxy's proxy-protocol.txt 2.1
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/proxy/header.hpp"

#include <string>
#include <string_view>

namespace net::proxy_line {

inline constexpr std::string_view start = "PROXY ";
inline constexpr std::string_view end = "\r\n";

/// What stands between start and end: "TCP4 SOURCE DESTINATION PORT PORT", or UNKNOWN and whatever.
/// Errors: bad_line.
[[nodiscard]] boost::system::result<proxy_header> parse(std::string_view);

/// The whole line, with its start and end.
[[nodiscard]] std::string format(const proxy_header&);

} // namespace net::proxy_line
