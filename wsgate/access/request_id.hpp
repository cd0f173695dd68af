// A name for a request that other programs' logs can share (X-Request-Id).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>
#include <string_view>

namespace wsgate {

/// 1 to 64 of [A-Za-z0-9._-]: safe in any log.
[[nodiscard]] bool is_request_id(std::string_view);

/// 16 random hexadecimal digits.
[[nodiscard]] std::string make_request_id();

/// What a trusted proxy gave, where it is one; else made.
[[nodiscard]] std::string request_id(std::string_view given, bool from_trusted_proxy);

} // namespace wsgate
