// Writes and reads dates of HTTP (RFC 9110 5.6.7).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// Writes "Sun, 06 Nov 1994 08:49:37 GMT"; for years from 1970 to 9999.
[[nodiscard]] std::string to_http_date(std::time_t);

/// Reads that form and the two obsolete ones.
[[nodiscard]] std::optional<std::time_t> parse_http_date(std::string_view);

} // namespace wsgate
