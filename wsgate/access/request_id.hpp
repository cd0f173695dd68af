// A name for a request that other programs' logs can share (X-Request-Id).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>
#include <string_view>

namespace wsgate {

/// Whether the text has 1 to 64 characters of [A-Za-z0-9._-], which are safe in any log.
[[nodiscard]] bool is_request_id(std::string_view);

/// Makes an ID of 16 random hexadecimal digits.
[[nodiscard]] std::string make_request_id();

/// The ID that a trusted proxy gave, where it is a good one; else a new one.
[[nodiscard]] std::string request_id(std::string_view given, bool from_trusted_proxy);

} // namespace wsgate
