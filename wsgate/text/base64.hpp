// Bytes as text (RFC 4648): the ordinary form, and the one that is safe in URLs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// The ordinary form, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Takes exactly what to_base64() makes; nothing for any other text.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// The form that is safe in URLs: letters, digits, `-` and `_`, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

} // namespace wsgate
