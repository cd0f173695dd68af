// Bytes as text (RFC 4648): the ordinary form, and the one that is safe in URLs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// With padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Exactly what to_base64() makes; anything else is nothing.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// Letters, digits, `-` and `_`; no padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

} // namespace wsgate
